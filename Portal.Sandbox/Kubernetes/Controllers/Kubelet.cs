using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>The kubelets of all nodes: pods are created, pull, run, crash, end and go.</summary>
internal sealed class Kubelet : IController
{
    private const double PullSeconds = 3;
    private const double JobSeconds = 5;

    public bool Concerns(string storage) => storage is "pods" or "nodes";

    public void Run(Reconciliation now)
    {
        var nodes = now.Store.List("nodes").ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (var pod in now.Store.List("pods").Where(p => p.Body.Str("spec.nodeName").Length > 0))
        {
            if (!nodes.TryGetValue(pod.Body.Str("spec.nodeName"), out var node))
            {
                Remove(now, pod);
            }
            else if (pod.IsGoing())
            {
                End(now, pod);
            }
            else
            {
                Step(now, pod, node);
            }
        }
    }

    private static void Remove(Reconciliation now, StoredObject pod)
    {
        var options = new JsonObject { ["gracePeriodSeconds"] = 0 };
        Deleter.Delete(now.Cluster, now.Cluster.Type("pods"), pod.Namespace, pod.Name, options);
    }

    private static void End(Reconciliation now, StoredObject pod)
    {
        var begun = (KubeTime.Parse(pod.Body.At("metadata.deletionTimestamp")) ?? now.Now).AddSeconds(-(pod.Body.Int("metadata.deletionGracePeriodSeconds") ?? 0));
        if (now.Reached(begun + now.Paced(1)))
        {
            Remove(now, pod);
        }
    }

    private static void Step(Reconciliation now, StoredObject pod, StoredObject node)
    {
        var started = KubeTime.Parse(pod.Body.At("status.startTime"));
        if (started is null)
        {
            Begin(now, pod, node);
            return;
        }

        var statuses = pod.Body.Items("status.containerStatuses").ToList();
        if (statuses.Exists(s => s.Str("state.waiting.reason") is "ContainerCreating" or "PodInitializing"))
        {
            if (now.Reached(started.Value + now.Paced(PullSeconds)))
            {
                Start(now, pod, node);
            }
        }
        else if (statuses.Exists(s => s.Str("state.waiting.reason") is "ImagePullBackOff" or "ErrImagePull"))
        {
            Retry(now, pod, node);
        }
        else if (statuses.Exists(s => s.Str("state.waiting.reason") == "CrashLoopBackOff"))
        {
            Crashing.Restart(now, pod);
        }
        else if (pod.Body.Str("status.phase") == "Running")
        {
            Running(now, pod);
        }
    }

    private static void Begin(Reconciliation now, StoredObject pod, StoredObject node)
    {
        var body = pod.Copy();
        var status = body.Child("status");
        var names = string.Join(' ', body.Items("spec.containers").Select(c => c.Str("name")));
        status["phase"] = "Pending";
        status["conditions"] = PodStatus.Conditions(now, ready: false, "ContainersNotReady", $"containers with unready status: [{names}]");
        status["hostIP"] = PodStatus.AddressOf(node);
        status["startTime"] = now.Text();
        status["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c => PodStatus.Waiting(c, "ContainerCreating", null)));
        now.Store.Put("pods", PodStatus.Order(body));
        foreach (var container in body.Items("spec.containers"))
        {
            now.Event(pod, "Normal", "Pulling", $"Pulling image \"{container.Str("image")}\"", "kubelet", node.Name, container.Str("name"));
        }
    }

    private static void Start(Reconciliation now, StoredObject pod, StoredObject node)
    {
        var body = pod.Copy();
        var status = body.Child("status");
        PodStatus.GiveAddress(now, body, node);
        var bad = body.Items("spec.containers").Concat(body.Items("spec.initContainers")).Where(c => Images.Missing(now, c.Str("image"))).ToList();
        if (bad.Count > 0)
        {
            PullFailed(now, pod, node, body, bad);
            return;
        }

        foreach (var container in body.Items("spec.containers"))
        {
            var (image, name) = (container.Str("image"), container.Str("name"));
            now.Event(pod, "Normal", "Pulled", $"Successfully pulled image \"{image}\" in 1.04s", "kubelet", node.Name, name);
            now.Event(pod, "Normal", "Created", $"Created container {name}", "kubelet", node.Name, name);
            now.Event(pod, "Normal", "Started", $"Started container {name}", "kubelet", node.Name, name);
        }

        if (body.Items("spec.initContainers").Any())
        {
            status["initContainerStatuses"] = JsonPaths.Array(body.Items("spec.initContainers").Select(c => PodStatus.Ended(now, c, 0, status.Str("startTime"), ready: true)));
        }

        if (Crashing.Crashes(now, body))
        {
            Crashing.Fail(now, pod, body, node);
            return;
        }

        var ready = body.Items("spec.containers").All(c => c["readinessProbe"] is null);
        status["phase"] = "Running";
        status["conditions"] = ready ? PodStatus.Conditions(now, true) : PodStatus.Conditions(now, false, "ContainersNotReady", PodStatus.Unready(body));
        status["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c => PodStatus.Running(now, c, c["readinessProbe"] is null)));
        now.Store.Put("pods", PodStatus.Order(body));
    }

    private static void PullFailed(Reconciliation now, StoredObject pod, StoredObject node, JsonObject body, List<JsonObject> bad)
    {
        foreach (var container in bad)
        {
            var (image, name) = (container.Str("image"), container.Str("name"));
            now.Event(pod, "Warning", "Failed", $"Failed to pull image \"{image}\": rpc error: code = NotFound desc = failed to pull and unpack image \"{image}\": not found", "kubelet", node.Name, name);
            now.Event(pod, "Normal", "BackOff", $"Back-off pulling image \"{image}\"", "kubelet", node.Name, name);
        }

        body.Child("status")["conditions"] = PodStatus.Conditions(now, false, "ContainersNotReady", "containers with unready status");
        body.Child("status")["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c => bad.Contains(c)
            ? PodStatus.Waiting(c, "ImagePullBackOff", $"Back-off pulling image \"{c.Str("image")}\"")
            : PodStatus.Running(now, c, true)));
        now.Store.Put("pods", PodStatus.Order(body));
    }

    private static void Retry(Reconciliation now, StoredObject pod, StoredObject node)
    {
        var since = PodStatus.Since(pod.Body) ?? now.Now;
        if (!pod.Body.Items("spec.containers").Concat(pod.Body.Items("spec.initContainers")).Any(c => Images.Missing(now, c.Str("image"))))
        {
            if (now.Reached(since + now.Paced(20)))
            {
                Start(now, pod, node);
            }
        }
        else
        {
            // Looked at again later: the image may be there by then.
            now.Reached(now.Now + now.Paced(60));
        }
    }

    private static void Running(Reconciliation now, StoredObject pod)
    {
        var since = PodStatus.Since(pod.Body) ?? now.Now;
        if (pod.Body.Str("spec.restartPolicy") != "Always")
        {
            if (now.Reached(since + now.Paced(JobSeconds)))
            {
                PodStatus.Finish(now, pod);
            }
        }
        else if (!Acts.IsReady(pod))
        {
            var delay = pod.Body.Items("spec.containers").Max(c => c.Int("readinessProbe.initialDelaySeconds") ?? 0);
            if (pod.Body.Items("spec.containers").Any(c => Images.Has(now, "probe_fails", c.Str("image"))))
            {
                if (!now.Store.List("events", pod.Namespace).Any(e => e.Body.Str("reason") == "Unhealthy" && e.Body.Str("involvedObject.uid") == pod.Uid))
                {
                    now.Event(pod, "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", "kubelet");
                }

                now.Reached(now.Now + now.Paced(20));
            }
            else if (now.Reached(since + now.Paced(delay + 2)))
            {
                if (PodPort.ProbesPass(now.Cluster, pod))
                {
                    PodStatus.BecomeReady(now, pod);
                }
                else
                {
                    now.Reached(now.Now + now.Paced(2));
                }
            }
        }
        else if (Crashing.Crashes(now, pod.Body) || Crashing.IsWornOut(now, pod))
        {
            Crashing.Fail(now, pod, pod.Copy(), now.Store.Find("nodes", string.Empty, pod.Body.Str("spec.nodeName"))!);
        }
    }
}
