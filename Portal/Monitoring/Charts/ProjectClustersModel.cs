using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Monitoring.Charts;

/// <summary>A cluster to choose.</summary>
/// <param name="Id">Magnum uuid.</param>
/// <param name="Name">Name.</param>
public sealed record ClusterChoice(string Id, string Name);

/// <summary>The project's clusters to choose from, followed until cancelled.</summary>
public sealed class ProjectClustersModel(IClusterService clusters)
{
    private readonly FollowedClusters _clusters = new(clusters);
    private bool _wasLoaded;

    /// <summary>Gets why they cannot be listed, or null.</summary>
    public Exception? Failure => _clusters.Failure;

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded => _clusters.IsKnown || Failure is not null;

    /// <summary>Gets the clusters by name.</summary>
    public IReadOnlyList<ClusterChoice> All { get; private set; } = [];

    /// <summary>Gives those that are chosen; the first that works where none is.</summary>
    public IReadOnlyList<ClusterChoice> Chosen(IReadOnlyList<string> ids)
    {
        var known = All.Where(c => ids.Contains(c.Id)).ToList();
        return known.Count > 0 ? known : [.. All.OrderBy(c => _clusters.Items[c.Id] switch { { Platform.State: PlanState.Done, State.Kind: StateKind.Ok } => 0, { Platform.State: PlanState.Done } => 1, _ => 2 }).Take(1)];
    }

    /// <summary>Follows them; <paramref name="changed"/> is called when there are others, or other names, or when it is known that there are none.</summary>
    public Task RunAsync(Scope scope, Func<Task> changed, CancellationToken cancellationToken) => _clusters.RunAsync(
        scope,
        () =>
        {
            List<ClusterChoice> now = [.. _clusters.Items.Values.Select(v => new ClusterChoice(v.Cluster.Id, v.Cluster.Name)).OrderBy(c => c.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(c => c.Id, StringComparer.Ordinal)];
            var isNews = !now.SequenceEqual(All) || _wasLoaded != IsLoaded;
            (All, _wasLoaded) = (now, IsLoaded);
            return isNews ? changed() : Task.CompletedTask;
        },
        cancellationToken);
}
