using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Watching;

/// <summary>
/// Keeps the last known rows, a document for each project, so that a portal that has just started shows them with their age
/// before Magnum has answered. A project's rows are read by its own people's scope alone; the poller reads no rows.
/// </summary>
internal sealed class ClusterRowKeeper(IDocumentStore store, ILogger<ClusterRowKeeper> logger) : IDisposable
{
    private const int Page = 500;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly Dictionary<string, ImmutableArray<ClusterRow>> written = new(StringComparer.Ordinal);
    private readonly HashSet<CloudRegion> swept = [];

    /// <summary>Puts the project's kept rows on a board that knows nothing of it yet.</summary>
    public async Task RestoreAsync(ClusterBoard board, Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (board.Freshness(scope.ProjectId).AsOf is not null)
        {
            return;
        }

        try
        {
            var kept = await store.FindAsync(KeptRows.Type, Id(scope.Region, scope.ProjectId), cancellationToken).ConfigureAwait(false);
            if (kept is not null && kept.Value.ProjectId == scope.ProjectId)
            {
                var poll = await store.FindAsync(KeptPoll.Type, Name(scope.Region), cancellationToken).ConfigureAwait(false);
                board.Restore(scope.ProjectId, kept.Value.Rows, poll?.Value.AskedAt > kept.Value.AsOf ? poll.Value.AskedAt : kept.Value.AsOf);
            }
        }
        catch (StorageException e)
        {
            logger.ClusterRowsNotKept(Name(scope.Region), e);
        }
    }

    /// <summary>Keeps what a listing of the whole region brought. Never fails: the rows themselves are shown either way.</summary>
    public async Task KeepAllAsync(CloudRegion region, ClusterBoard board, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = board.All.GroupBy(r => r.Cluster.ProjectId).ToDictionary(g => g.Key, g => g.OrderBy(r => r.Cluster.Id, StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
            foreach (var (project, rows) in now)
            {
                await KeepAsync(region, project, rows, at, cancellationToken).ConfigureAwait(false);
            }

            await ForgetAsync(region, now.Keys.ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            await store.PutAsync(KeptPoll.Type, Name(region), new KeptPoll { AskedAt = at }, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StorageException or StoreConflictException or IOException)
        {
            logger.ClusterRowsNotKept(Name(region), e);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private async Task KeepAsync(CloudRegion region, string project, ImmutableArray<ClusterRow> rows, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var id = Id(region, project);
        if (written.TryGetValue(id, out var last) && last.SequenceEqual(rows))
        {
            return;
        }

        var kept = new KeptRows { Region = Name(region), ProjectId = project, AsOf = at, Rows = rows };
        await store.PutAsync(KeptRows.Type, id, kept, null, cancellationToken).ConfigureAwait(false);
        written[id] = rows;
    }

    // Projects that have no cluster any more; once after a start also those that lost their last one meanwhile.
    private async Task ForgetAsync(CloudRegion region, HashSet<string> projects, CancellationToken cancellationToken)
    {
        var known = written.Keys.Where(id => id.StartsWith(Name(region) + "/", StringComparison.Ordinal)).ToList();
        if (swept.Add(region))
        {
            known.AddRange(await ListAsync(region, cancellationToken).ConfigureAwait(false));
        }

        foreach (var id in known.Where(id => !projects.Contains(id[(id.LastIndexOf('/') + 1)..])))
        {
            await store.DeleteAsync(KeptRows.Type, id, null, cancellationToken).ConfigureAwait(false);
            written.Remove(id);
        }
    }

    private async Task<List<string>> ListAsync(CloudRegion region, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        IReadOnlyList<Stored<KeptRows>> page;
        do
        {
            page = await store.ListAsync(KeptRows.Type, "region:" + Name(region), cancellationToken, Page, ids.Count == 0 ? null : ids[^1]).ConfigureAwait(false);
            ids.AddRange(page.Select(p => p.Id));
        }
        while (page.Count == Page);
        return ids;
    }

    private static string Name(CloudRegion region) => $"{region.Cloud}/{region.Region}";

    private static string Id(CloudRegion region, string project) => $"{Name(region)}/{project}";
}
