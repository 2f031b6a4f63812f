using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps numbered pods with their claims, one after the other.</summary>
internal sealed class StatefulSetController : IController
{
    private const string Storage = "statefulsets.apps";
    private const string Component = "statefulset-controller";
    private const string Hash = "controller-revision-hash";

    public bool Concerns(string storage) => storage is Storage or "pods";

    public void Run(Reconciliation now)
    {
        var type = now.Cluster.Type(Storage);
        foreach (var set in now.Store.List(Storage))
        {
            var revision = $"{set.Name}-{Names.Hash(set.Body.At("spec.template")!)}";
            if (!set.IsGoing())
            {
                Step(now, type, set, revision);
            }

            if (now.Store.Find(Storage, set.Namespace, set.Name) is { } latest)
            {
                Report(now, latest, revision);
            }
        }
    }

    private static int Number(StoredObject pod) => int.TryParse(pod.Name[(pod.Name.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static void Step(Reconciliation now, ResourceType type, StoredObject set, string revision)
    {
        var wanted = set.Body.Int("spec.replicas") ?? 1;
        var parallel = set.Body.Str("spec.podManagementPolicy") == "Parallel";
        Adopt(now, type, set);
        var pods = now.Controlled("pods", set).ToDictionary(Number);
        for (var i = 0; i < wanted; i++)
        {
            if (pods.TryGetValue(i, out var pod))
            {
                if (pod.Body.Str("status.phase") is "Failed" or "Succeeded" && !pod.IsGoing())
                {
                    PodMaker.Delete(now, type, set, pod, Component);
                }

                if (!parallel && (!Acts.IsReady(pod) || pod.IsGoing()))
                {
                    break;
                }

                continue;
            }

            Make(now, type, set, revision, i);
            if (!parallel)
            {
                return;
            }
        }

        var surplus = pods.Values.Where(p => Number(p) >= wanted).OrderByDescending(Number).ToList();
        foreach (var pod in surplus.Take(parallel ? surplus.Count : 1).Where(p => !p.IsGoing()))
        {
            PodMaker.Delete(now, type, set, pod, Component);
        }

        if (surplus.Count == 0 && set.Body.Str("spec.updateStrategy.type") != "OnDelete")
        {
            Update(now, type, set, revision, pods);
        }
    }

    // What a set of the same name left behind when it went without its pods.
    private static void Adopt(Reconciliation now, ResourceType type, StoredObject set)
    {
        var selects = LabelSelector.Of(set.Body.At("spec.selector"));
        foreach (var pod in now.Store.List("pods", set.Namespace).Where(p => p.Name == $"{set.Name}-{Number(p)}" && !p.IsGoing() && selects(p.Labels) && !p.Body.Items("metadata.ownerReferences").Any(r => r.Bool("controller"))))
        {
            var body = pod.Copy();
            body.Child("metadata")["ownerReferences"] = new JsonArray(Acts.OwnerReference(type, set));
            now.Store.Put("pods", body);
        }
    }

    private static void Update(Reconciliation now, ResourceType type, StoredObject set, string revision, Dictionary<int, StoredObject> pods)
    {
        var partition = set.Body.Int("spec.updateStrategy.rollingUpdate.partition") ?? 0;
        foreach (var pod in pods.Values.OrderByDescending(Number))
        {
            if (pod.IsGoing())
            {
                return;
            }

            if (pod.Labels.GetValueOrDefault(Hash) != revision && Number(pod) >= partition)
            {
                PodMaker.Delete(now, type, set, pod, Component);
                return;
            }

            if (!Acts.IsReady(pod))
            {
                return;
            }
        }
    }

    private static void Make(Reconciliation now, ResourceType type, StoredObject set, string revision, int number)
    {
        var name = $"{set.Name}-{number}";
        var claims = set.Body.Items("spec.volumeClaimTemplates").Select(c => (Volume: c.Name(), Claim: $"{c.Name()}-{name}", Template: c)).ToList();
        foreach (var (_, claim, template) in claims.Where(c => now.Store.Find("persistentvolumeclaims", set.Namespace, c.Claim) is null))
        {
            var body = template.Clone();
            body.Remove("status");
            body["metadata"] = new JsonObject { ["name"] = claim, ["labels"] = set.Body.At("spec.selector.matchLabels")?.DeepClone() };
            now.Cluster.Writer.Create(now.Cluster.Type("persistentvolumeclaims"), set.Namespace, body, WriteOptions.Controller);
            now.Event(set, "Normal", "SuccessfulCreate", $"create Claim {claim} Pod {name} in StatefulSet {set.Name} success", Component);
        }

        PodMaker.Make(now, type, set, set.Body.Obj("spec.template")!, name, Component, pod =>
        {
            var labels = pod.Child("metadata").Child("labels");
            labels[Hash] = revision;
            labels["statefulset.kubernetes.io/pod-name"] = name;
            var spec = pod.Child("spec");
            spec["hostname"] = name;
            spec["subdomain"] = set.Body.Str("spec.serviceName");
            foreach (var (volume, claim, _) in claims)
            {
                spec.List("volumes").Add(new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } });
            }
        });
    }

    private static void Report(Reconciliation now, StoredObject set, string revision)
    {
        var pods = now.Controlled("pods", set);
        var updated = pods.Count(p => p.Labels.GetValueOrDefault(Hash) == revision);
        var ready = pods.Count(Acts.IsReady);
        var current = set.Body.Str("status.currentRevision");
        var wanted = set.Body.Int("spec.replicas") ?? 1;
        if (current.Length == 0 || (updated == wanted && ready == wanted && pods.Count == wanted))
        {
            current = revision;
        }

        var status = new JsonObject { ["observedGeneration"] = set.Body.Int("metadata.generation") ?? 1, ["replicas"] = pods.Count };
        foreach (var (name, count) in new[] { ("readyReplicas", ready), ("currentReplicas", pods.Count(p => p.Labels.GetValueOrDefault(Hash) == current)), ("updatedReplicas", updated) })
        {
            if (count > 0)
            {
                status[name] = count;
            }
        }

        status["currentRevision"] = current;
        status["updateRevision"] = revision;
        status["collisionCount"] = 0;
        status["availableReplicas"] = ready;
        now.Status(Storage, set, status);
    }
}
