using Portal.Core.Backends;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Looks;

/// <summary>A node came to a cluster or left it.</summary>
/// <param name="ClusterId">Magnum uuid of the cluster.</param>
/// <param name="At">When (UTC); of one that left, when it was first missing.</param>
/// <param name="Node">Its name.</param>
/// <param name="Joined">Whether it came.</param>
public sealed record NodeChange(string ClusterId, DateTimeOffset At, string Node, bool Joined);

/// <summary>Gives which nodes came and left in a range; needs <see cref="Capability.Read"/>.</summary>
public interface ILookNodes
{
    /// <summary>Nodes that are given at most.</summary>
    public const int Most = 50;

    /// <summary>Gives them as Prometheus saw them (<c>kube_node_created</c>), so also those of long ago; a cluster that fails is named in the answer.</summary>
    /// <exception cref="ForbiddenException">A cluster is of another project, or the person may not read.</exception>
    Task<LookPart<NodeChange>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class NodeHistory(IClusterMetrics metrics, TimeProvider time) : ILookNodes
{
    private const string Created = "max by (node) (kube_node_created)";

    public Task<LookPart<NodeChange>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        var window = RangeWindow.Of(question.From, question.To);
        return EachCluster.AskAsync(
            scope,
            question,
            time,
            async (cluster, stop) => Changes(cluster.Key.ClusterId, await metrics.QueryRangeAsync(scope, cluster.Key, Created, window, stop).ConfigureAwait(false), question),
            c => c.At,
            ILookNodes.Most,
            cancellationToken);
    }

    // A node's own values say when it came. It has left when it is missing while others are still told; where nothing is told, nobody knows.
    private static List<NodeChange> Changes(string clusterId, RangeAnswer answer, LookQuestion question)
    {
        var list = new List<NodeChange>();
        var told = answer.Series.Select(s => Array.FindLastIndex(s.Values, double.IsFinite)).DefaultIfEmpty(-1).Max();
        foreach (var series in answer.Series.Where(s => question.Selection.Node is not { } node || s.Labels["node"] == node))
        {
            var name = series.Labels["node"];
            list.AddRange(series.Values.Where(v => double.IsFinite(v) && v > question.From.ToUnixTimeSeconds() && v <= question.To.ToUnixTimeSeconds()).Distinct()
                .Select(v => new NodeChange(clusterId, DateTimeOffset.FromUnixTimeSeconds((long)v), name, Joined: true)));
            if (Array.FindLastIndex(series.Values, double.IsFinite) is var last and >= 0 && last < told)
            {
                list.Add(new(clusterId, DateTimeOffset.FromUnixTimeSeconds(answer.Window.Start + ((last + 1L) * answer.Window.Step)), name, Joined: false));
            }
        }

        return list;
    }
}
