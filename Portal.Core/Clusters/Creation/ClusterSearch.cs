using System.Globalization;
using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Creation;

/// <summary>Finds the cluster of an intent whose answer was lost: by name, creator and time; never one that another intent has found.</summary>
internal sealed class ClusterSearch(ClusterIntentJournal journal, IMagnumClient magnum, IPlatformScope platform, BackendClocks clocks)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>Enters the intent's project with the portal's own credential: the person may be gone.</summary>
    public Task<Scope> EnterAsync(ClusterIntent intent, CancellationToken cancellationToken) =>
        platform.ForProjectAsync(intent.Region, intent.ProjectId, "create cluster " + intent.Spec.Name, intent.UserName, cancellationToken);

    /// <summary>Gives the cluster, or null.</summary>
    /// <exception cref="ClusterActionException">Two fit: a person must look.</exception>
    public async Task<Cluster?> FindAsync(Scope own, ClusterIntent intent, CancellationToken cancellationToken)
    {
        var taken = await journal.TakenAsync(intent.ProjectId, cancellationToken).ConfigureAwait(false);
        var since = intent.At + clocks.Of("magnum") - Tolerance;
        var hits = (await magnum.ListClustersAsync(own, detail: true, cancellationToken).ConfigureAwait(false))
            .Where(c => c.ProjectId == intent.ProjectId && c.Name == intent.Spec.Name && c.UserId == intent.UserId && c.CreatedAt >= since && !taken.Contains(c.Id))
            .ToList();
        return hits.Count <= 1
            ? hits.FirstOrDefault()
            : throw new ClusterActionException(Reason.Of("cluster.creation-ambiguous", ("name", intent.Spec.Name), ("count", hits.Count.ToString(CultureInfo.InvariantCulture))));
    }
}
