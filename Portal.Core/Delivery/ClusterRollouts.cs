using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;

namespace Portal.Core.Delivery;

/// <summary>
/// Deliveries as clusters themselves know them: the revisions of Deployments (their ReplicaSets), StatefulSets and DaemonSets (their
/// ControllerRevisions), each at its creation, with what it changed of the images before. As far back as clusters keep revisions.
/// </summary>
internal sealed class ClusterRollouts(IClusterConnector connector, TimeProvider time) : ILookDeliveries
{
    private static readonly string[] ContainerLists = ["initContainers", "containers"];
    private static readonly KubernetesResource[] Kept = [KubernetesResource.Of("apps/v1", "ReplicaSet"), KubernetesResource.Of("apps/v1", "ControllerRevision")];

    public Task<LookPart<LookDelivery>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken) => EachCluster.AskAsync(
        scope,
        question,
        time,
        async (cluster, stop) =>
        {
            if (question.Selection.Node is not null)
            {
                // Nobody delivers to a node.
                return [];
            }

            var api = await connector.AsPersonAsync(cluster.Key, scope, stop).ConfigureAwait(false);
            var revisions = new List<Revision>();
            foreach (var resource in Kept)
            {
                await ClusterReading.ReadAsync(api, resource, question.Selection.Namespace, page => revisions.AddRange(page.Select(Read).OfType<Revision>()), stop).ConfigureAwait(false);
            }

            var all = Deliveries(cluster.Key.ClusterId, revisions, question);
            return all.Exists(d => d.IsFirst) ? await WithoutAddonsAsync(api, all, question.Selection.Namespace, stop).ConfigureAwait(false) : all;
        },
        d => d.At,
        ILookDeliveries.Most,
        cancellationToken);

    // What an add-on's first revision brings is the plan that installed it, and charts mark that.
    private static async Task<List<LookDelivery>> WithoutAddonsAsync(IKubernetesApi api, List<LookDelivery> all, string? inNamespace, CancellationToken cancellationToken)
    {
        var addons = new HashSet<(string, WorkloadName)>();
        foreach (var kind in all.Where(d => d.IsFirst).Select(d => d.Workload.Kind).Distinct())
        {
            foreach (var item in await api.ListAsync(KubernetesResource.Of("apps/v1", kind), inNamespace, cancellationToken, labelSelector: "container-platform/addon").ConfigureAwait(false))
            {
                addons.Add((Text(item["metadata"], "namespace"), new(kind, Text(item["metadata"], "name"))));
            }
        }

        return [.. all.Where(d => !d.IsFirst || !addons.Contains((d.Namespace, d.Workload)))];
    }

    private static List<LookDelivery> Deliveries(string clusterId, List<Revision> revisions, LookQuestion question)
    {
        var list = new List<LookDelivery>();
        foreach (var same in revisions.Where(r => IsWanted(r, question.Selection)).GroupBy(r => r.Owner, StringComparer.Ordinal))
        {
            Revision? before = null;
            foreach (var now in same.DistinctBy(r => r.Name).OrderBy(r => r.At))
            {
                if (now.At >= question.From && now.At <= question.To)
                {
                    list.Add(new(clusterId, now.At, now.Namespace, now.Workload, Changes(before, now)) { IsFirst = before is null });
                }

                before = now;
            }
        }

        return list;
    }

    // A pod's deliveries are those of what made it.
    private static bool IsWanted(Revision revision, ChartSelection selection) =>
        (selection.Namespace is not { } space || revision.Namespace == space)
        && (selection.Workload is not { } workload || revision.Workload == workload)
        && (selection.Pod is not { } pod || LookPlace.Has(new() { Namespace = revision.Namespace, Workload = revision.Workload }, "Pod", revision.Namespace, pod));

    private static ImmutableArray<ImageChange> Changes(Revision? before, Revision now) =>
        [.. now.Images.Where(i => before?.Images.GetValueOrDefault(i.Key) != i.Value).OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => new ImageChange(i.Key, before?.Images.GetValueOrDefault(i.Key), i.Value))];

    private static Revision? Read(JsonObject item)
    {
        var meta = item["metadata"] as JsonObject;
        var owner = (meta?["ownerReferences"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(o => Text(o, "kind") is "Deployment" or "StatefulSet" or "DaemonSet");
        var template = item["spec"]?["template"] ?? item["data"]?["spec"]?["template"];
        if (owner is null || !DateTimeOffset.TryParse(Text(meta, "creationTimestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        var containers = ContainerLists.SelectMany(list => template?["spec"]?[list] as JsonArray ?? []).OfType<JsonObject>();
        return new(Text(owner, "uid"), Text(meta, "name"), Text(meta, "namespace"), new(Text(owner, "kind"), Text(owner, "name")), at, containers.GroupBy(c => Text(c, "name"), StringComparer.Ordinal).ToImmutableDictionary(c => c.Key, c => Text(c.First(), "image"), StringComparer.Ordinal));
    }

    private static string Text(JsonNode? of, string name) => of is JsonObject o && o[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private sealed record Revision(string Owner, string Name, string Namespace, WorkloadName Workload, DateTimeOffset At, ImmutableDictionary<string, string> Images);
}
