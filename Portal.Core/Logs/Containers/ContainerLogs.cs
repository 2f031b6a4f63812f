using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Logs.Containers;

/// <inheritdoc />
internal sealed class ContainerLogs(IClusterConnector connector, TimeProvider time) : IContainerLogs
{
    private const int MostTargets = 20;
    private const long MostBytes = 100L * 1024 * 1024;

    public async Task<IReadOnlyList<LogPod>> ListPodsAsync(Scope scope, ClusterKey cluster, string inNamespace, CancellationToken cancellationToken)
    {
        var api = await connector.AsPersonAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
        var pods = await api.ListAsync(KubernetesResource.Of("v1", "Pod"), KubernetesName.CheckNamespace(inNamespace), cancellationToken).ConfigureAwait(false);
        return [.. pods.Select(Pod).OfType<LogPod>().OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    public async IAsyncEnumerable<ContainerLogBatch> FollowAsync(Scope scope, ClusterKey cluster, ContainerLogQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var api = await connector.AsPersonAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
        var merger = new LogMerger(api, query with { Targets = [.. query.Targets.Distinct().Take(MostTargets)] }, time);
        await foreach (var batch in merger.RunAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }

    public async Task<Stream> OpenAsync(Scope scope, ClusterKey cluster, string inNamespace, LogTarget target, bool previous, CancellationToken cancellationToken)
    {
        var api = await connector.AsPersonAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
        return await api.OpenLogAsync(inNamespace, target.Pod, new PodLogRequest(target.Container) { Previous = previous, MostBytes = MostBytes }, cancellationToken).ConfigureAwait(false);
    }

    private static LogPod? Pod(JsonObject pod)
    {
        if (pod["metadata"]?["name"]?.GetValue<string>() is not { } name)
        {
            return null;
        }

        var restarts = Items(pod["status"]?["initContainerStatuses"]).Concat(Items(pod["status"]?["containerStatuses"]))
            .GroupBy(s => s["name"]?.GetValue<string>() ?? "").ToDictionary(g => g.Key, g => g.First()["restartCount"]?.GetValue<int>() ?? 0);
        var containers = Items(pod["spec"]?["initContainers"]).Concat(Items(pod["spec"]?["containers"])).Select(c => c["name"]?.GetValue<string>()).OfType<string>();
        return new(name, [.. containers.Select(c => new LogContainer(c, restarts.GetValueOrDefault(c)))], pod["status"]?["phase"]?.GetValue<string>() ?? "", restarts.Values.Sum());
    }

    private static IEnumerable<JsonObject> Items(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];
}
