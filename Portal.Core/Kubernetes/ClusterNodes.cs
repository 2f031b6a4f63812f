using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Core.Kubernetes;

/// <summary>A node as Kubernetes tells it.</summary>
public sealed record ClusterNode
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets whether it carries the control plane.</summary>
    public bool IsMaster { get; init; }

    /// <summary>Gets whether its kubelet says that it is ready; null when nothing was heard of it for a while.</summary>
    public bool? IsReady { get; init; }

    /// <summary>Gets since when (UTC), or null.</summary>
    public DateTimeOffset? ReadySince { get; init; }

    /// <summary>Gets what the kubelet says, or null when it is ready.</summary>
    public string? Message { get; init; }

    /// <summary>Gets other conditions that are true and should not be: <c>MemoryPressure</c>, <c>DiskPressure</c>, <c>PIDPressure</c>, <c>NetworkUnavailable</c>.</summary>
    public ImmutableArray<string> Pressures { get; init; } = [];

    /// <summary>Gets whether new pods may come (it is not cordoned).</summary>
    public bool IsSchedulable { get; init; } = true;

    /// <summary>Gets the internal address, or null.</summary>
    public string? Address { get; init; }

    /// <summary>Gets the kubelet's version, <c>v1.31.4</c>.</summary>
    public string KubeletVersion { get; init; } = "";

    /// <summary>Gets when it joined (UTC), or null.</summary>
    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>Reads a cluster's nodes.</summary>
public interface IClusterNodes
{
    /// <summary>Lists the nodes as the person of the scope, masters first.</summary>
    /// <exception cref="BackendException">The API does not answer, or the portal has no identity in the cluster yet (<see cref="BackendFailure.NotFound"/>).</exception>
    /// <exception cref="ForbiddenException">The cluster is of another project, or the person may not read.</exception>
    Task<IReadOnlyList<ClusterNode>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Gives the nodes, then again whenever one changes; one watch for everyone of the person's access group. Endless until cancelled.</summary>
    /// <exception cref="BackendException">The portal has no identity in the cluster yet (<see cref="BackendFailure.NotFound"/>). What comes later is told as silence.</exception>
    /// <exception cref="ForbiddenException">The cluster is of another project, or the person may not read.</exception>
    IAsyncEnumerable<Watched<ClusterNode>> WatchAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class ClusterNodes(IClusterConnector connector, KubernetesWatches watches, IOptions<KubernetesOptions> options, TimeProvider time) : IClusterNodes
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(10);
    private static readonly WatchKind<ClusterNode> Kind = new(KubernetesResource.Of("v1", "Node"), null, Read);
    private static readonly string[] Bad = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];

    public async Task<IReadOnlyList<ClusterNode>> ListAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken)
    {
        var api = await connector.AsPersonAsync(cluster, scope, cancellationToken).ConfigureAwait(false);
        var nodes = await api.ListAsync(KubernetesResource.Of("v1", "Node"), null, cancellationToken).ConfigureAwait(false);
        return Ordered(nodes.Select(Read));
    }

    public async IAsyncEnumerable<Watched<ClusterNode>> WatchAsync(Scope scope, ClusterKey cluster, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (options.Value.Watch)
        {
            await foreach (var now in watches.WatchAsync(scope, cluster, Kind, cancellationToken).ConfigureAwait(false))
            {
                yield return now with { Items = Ordered(now.Items) };
                if (now.Silence is { MayHeal: false })
                {
                    // It may be listed and not watched: asked as the person from here on.
                    break;
                }
            }
        }

        while (true)
        {
            yield return await AskAsync(scope, cluster, cancellationToken).ConfigureAwait(false);
            await Task.Delay(AskAgain, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Watched<ClusterNode>> AskAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            return new Watched<ClusterNode>([.. await ListAsync(scope, cluster, cancellationToken).ConfigureAwait(false)], time.GetUtcNow(), null);
        }
        catch (BackendException e) when (e.Failure is not BackendFailure.NotFound)
        {
            return new Watched<ClusterNode>([], null, e);
        }
    }

    private static ImmutableArray<ClusterNode> Ordered(IEnumerable<ClusterNode> nodes) =>
        [.. nodes.OrderByDescending(n => n.IsMaster).ThenBy(n => n.Name, StringComparer.Ordinal)];

    /// <summary>Reads a node.</summary>
    internal static ClusterNode Read(JsonObject node)
    {
        var conditions = node["status"]?["conditions"]?.AsArray().OfType<JsonObject>().ToList() ?? [];
        var ready = conditions.Find(c => Text(c, "type") == "Ready");
        bool? isReady = Text(ready, "status") switch { "True" => true, "False" => false, _ => null };
        var labels = node["metadata"]?["labels"]?.AsObject();
        return new ClusterNode
        {
            Name = node["metadata"]!["name"]!.GetValue<string>(),
            IsMaster = labels?.ContainsKey("node-role.kubernetes.io/control-plane") == true || labels?.ContainsKey("node-role.kubernetes.io/master") == true,
            IsReady = isReady,
            ReadySince = Time(Text(ready, "lastTransitionTime")),
            Message = isReady is true ? null : Text(ready, "message") ?? Text(ready, "reason"),
            Pressures = [.. conditions.Where(c => Text(c, "status") == "True").Select(c => Text(c, "type")).OfType<string>().Where(Bad.Contains)],
            IsSchedulable = node["spec"]?["unschedulable"]?.GetValue<bool>() is not true,
            Address = node["status"]?["addresses"]?.AsArray().OfType<JsonObject>().FirstOrDefault(a => Text(a, "type") == "InternalIP") is { } address ? Text(address, "address") : null,
            KubeletVersion = node["status"]?["nodeInfo"]?["kubeletVersion"]?.GetValue<string>() ?? "",
            CreatedAt = Time(node["metadata"]?["creationTimestamp"]?.GetValue<string>()),
        };
    }

    private static string? Text(JsonObject? o, string name) => o?[name]?.GetValue<string>() is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
