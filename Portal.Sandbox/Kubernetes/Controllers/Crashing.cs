using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Containers that fail again and again.</summary>
internal static class Crashing
{
    private const double BadSeconds = 40;

    public static bool Crashes(Reconciliation now, JsonObject pod) =>
        pod.Map("metadata.annotations").GetValueOrDefault("fake-kubelet/result") == "crashloop"
        || pod.Items("spec.containers").Any(c => Images.Has(now, "image_crashes", c.Str("image")));

    /// <summary>Says whether a pod that runs dies of its bad release now; if not yet, the kubelet looks again then.</summary>
    public static bool IsWornOut(Reconciliation now, StoredObject pod) =>
        pod.Body.Items("spec.containers").Any(c => Images.IsBad(c.Str("image")))
        && pod.Body.Items("status.containerStatuses").Select(s => KubeTime.Parse(s.At("state.running.startedAt"))).Max() is { } started
        && now.Reached(started + now.Paced(BadSeconds));

    /// <summary>Ends all containers with an error and backs off.</summary>
    public static void Fail(Reconciliation now, StoredObject pod, JsonObject body, StoredObject node)
    {
        var status = body.Child("status");
        var count = body.Items("status.containerStatuses").Select(s => s.Int("restartCount") ?? 0).DefaultIfEmpty(0).Max();
        if (body.Str("spec.restartPolicy") == "Never")
        {
            PodStatus.Finish(now, pod, 1);
            return;
        }

        var seconds = BackOff(count);
        status["phase"] = "Running";
        status["conditions"] = PodStatus.Conditions(now, false, "ContainersNotReady", "containers with unready status");
        status["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c =>
        {
            var started = body.Items("status.containerStatuses").FirstOrDefault(s => s.Str("name") == c.Str("name")).Str("state.running.startedAt");
            var ended = PodStatus.Ended(now, c, 1, started.Length > 0 ? started : now.Text(), ready: false);
            ended["lastState"] = ended["state"]!.DeepClone();
            ended["state"] = new JsonObject
            {
                ["waiting"] = new JsonObject
                {
                    ["reason"] = "CrashLoopBackOff",
                    ["message"] = $"back-off {Text(seconds)} restarting failed container={c.Str("name")} pod={pod.Name}_{pod.Namespace}({pod.Uid})",
                },
            };
            ended["restartCount"] = count + 1;
            ended["started"] = false;
            return ended;
        }));
        now.Store.Put("pods", PodStatus.Order(body));
        foreach (var container in body.Items("spec.containers"))
        {
            now.Event(pod, "Warning", "BackOff", "Back-off restarting failed container", "kubelet", node.Name, container.Str("name"), repeats: true);
        }
    }

    public static void Restart(Reconciliation now, StoredObject pod)
    {
        var ended = pod.Body.Items("status.containerStatuses").Select(s => KubeTime.Parse(s.At("lastState.terminated.finishedAt"))).Max() ?? now.Now;
        var count = pod.Body.Items("status.containerStatuses").Max(s => s.Int("restartCount") ?? 0);
        if (!now.Reached(ended + now.Paced(BackOff(count - 1))))
        {
            return;
        }

        var node = now.Store.Find("nodes", string.Empty, pod.Body.Str("spec.nodeName"))!;
        if (Crashes(now, pod.Body))
        {
            Fail(now, pod, pod.Copy(), node);
            return;
        }

        var body = pod.Copy();
        body.Child("status")["conditions"] = PodStatus.Conditions(now, true);
        var old = body.Items("status.containerStatuses").ToDictionary(s => s.Str("name"), s => s.Int("restartCount") ?? 0, StringComparer.Ordinal);
        body.Child("status")["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c =>
        {
            var running = PodStatus.Running(now, c, true);
            running["restartCount"] = old.GetValueOrDefault(c.Str("name"));
            return running;
        }));
        now.Store.Put("pods", PodStatus.Order(body));
    }

    private static int BackOff(int restarts) => (int)Math.Min(300, 10 * Math.Pow(2, Math.Clamp(restarts, 0, 10)));

    private static string Text(int seconds) => seconds < 60 ? $"{seconds}s" : $"{seconds / 60}m{seconds % 60}s";
}
