using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps one pod on every node that takes it.</summary>
internal sealed class DaemonSetController : IController
{
    private const string Storage = "daemonsets.apps";
    private const string Component = "daemonset-controller";
    private const string Hash = "controller-revision-hash";

    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"), ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"), ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public bool Concerns(string storage) => storage is Storage or "pods" or "nodes";

    public void Run(Reconciliation now)
    {
        var type = now.Cluster.Type(Storage);
        foreach (var set in now.Store.List(Storage))
        {
            var hash = Names.Hash(set.Body.At("spec.template")!);
            var template = Template(set, hash);
            var nodes = now.Store.List("nodes").Where(n => Fitting.Tolerates(template, n.Body, "NoSchedule") is null && Fitting.Selected(template, n)).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
            if (!set.IsGoing())
            {
                Step(now, type, set, template, nodes, hash);
            }

            if (now.Store.Find(Storage, set.Namespace, set.Name) is { } latest)
            {
                Report(now, latest, nodes, hash);
            }
        }
    }

    private static string NodeOf(StoredObject pod) => pod.Body.Str("spec.nodeName") is { Length: > 0 } bound ? bound
        : pod.Body.Items("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms").SelectMany(t => t.Items("matchFields")).SelectMany(f => f.Strings("values")).FirstOrDefault() ?? string.Empty;

    private static JsonObject Template(StoredObject set, string hash)
    {
        var template = set.Body.Obj("spec.template")!.Clone();
        var labels = template.Child("metadata").Child("labels");
        labels[Hash] = hash;
        labels["pod-template-generation"] = set.Body.Map("metadata.annotations").GetValueOrDefault("deprecated.daemonset.template.generation", "1");
        var spec = template.Child("spec");
        var host = spec.Bool("hostNetwork");
        foreach (var (key, effect) in host ? [.. Tolerated, ("node.kubernetes.io/network-unavailable", "NoSchedule")] : Tolerated)
        {
            spec.List("tolerations").Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        }

        return template;
    }

    private static void Step(Reconciliation now, ResourceType type, StoredObject set, JsonObject template, HashSet<string> nodes, string hash)
    {
        var pods = now.Controlled("pods", set).ToList();
        foreach (var pod in pods.Where(p => !p.IsGoing() && (!nodes.Contains(NodeOf(p)) || p.Body.Str("status.phase") == "Failed")))
        {
            PodMaker.Delete(now, type, set, pod, Component);
        }

        foreach (var node in nodes.Where(n => !pods.Exists(p => NodeOf(p) == n)).Order(StringComparer.Ordinal))
        {
            PodMaker.Make(now, type, set, template, null, Component, pod => Pin(pod, node));
        }

        var outdated = pods.Where(p => !p.IsGoing() && p.Labels.GetValueOrDefault(Hash) != hash).ToList();
        var unready = pods.Count(p => p.IsGoing() || !Acts.IsReady(p));
        if (outdated.Count > 0 && unready == 0 && set.Body.Str("spec.updateStrategy.type") != "OnDelete")
        {
            PodMaker.Delete(now, type, set, outdated[0], Component);
        }
    }

    private static void Pin(JsonObject pod, string node)
    {
        var field = new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = JsonPaths.Texts([node]) };
        pod.Child("spec").Child("affinity").Child("nodeAffinity")["requiredDuringSchedulingIgnoredDuringExecution"] =
            new JsonObject { ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchFields"] = new JsonArray(field) }) };
    }

    private static void Report(Reconciliation now, StoredObject set, HashSet<string> nodes, string hash)
    {
        var pods = now.Controlled("pods", set).Where(p => nodes.Contains(NodeOf(p))).ToList();
        var ready = pods.Count(Acts.IsReady);
        var updated = pods.Count(p => p.Labels.GetValueOrDefault(Hash) == hash);
        var status = new JsonObject
        {
            ["currentNumberScheduled"] = pods.Select(NodeOf).Distinct().Count(),
            ["numberMisscheduled"] = 0,
            ["desiredNumberScheduled"] = nodes.Count,
            ["numberReady"] = ready,
            ["observedGeneration"] = set.Body.Int("metadata.generation") ?? 1,
        };
        foreach (var (name, count) in new[] { ("updatedNumberScheduled", updated), ("numberAvailable", ready), ("numberUnavailable", nodes.Count - ready) })
        {
            if (count > 0)
            {
                status[name] = count;
            }
        }

        now.Status(Storage, set, status);
    }
}
