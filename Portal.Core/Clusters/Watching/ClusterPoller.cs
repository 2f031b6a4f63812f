using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;

namespace Portal.Core.Clusters.Watching;

/// <summary>
/// Asks Magnum for all clusters of a region with the portal's own credential (an administrator's listing costs Magnum a
/// tenth of a tenant's), often while something moves, seldom while all is calm. Begins with the first who watches.
/// </summary>
internal sealed class ClusterPoller(
    IMagnumClient magnum, IPlatformScope platform, ClusterExplainer explainer, ClusterRowKeeper keeper, IOptions<ClustersOptions> options, TimeProvider time, ILogger<ClusterPoller> logger) : IAsyncDisposable
{
    private const int MaxExplainedAPoll = 3;
    private const string Purpose = "poll clusters";
    private readonly ConcurrentDictionary<CloudRegion, Lazy<RegionPoll>> regions = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Gives a region's board; its poll runs from then on.</summary>
    public ClusterBoard Board(CloudRegion region) => Region(region).Board;

    /// <summary>Says that a change was just sent: Magnum is asked often for a while.</summary>
    public void Expect(CloudRegion region)
    {
        var poll = Region(region);
        poll.Board.ExpectMovement(options.Value.Settle * 4);
        poll.Wake();
    }

    /// <summary>Asks for one project's clusters now.</summary>
    /// <exception cref="BackendException">Magnum or Keystone failed; the rows stay as they were.</exception>
    public async Task PollProjectAsync(CloudRegion region, string projectId, CancellationToken cancellationToken)
    {
        var board = Board(region);
        var asked = time.GetUtcNow();
        var scope = await platform.ForProjectAsync(region, projectId, Purpose, null, cancellationToken).ConfigureAwait(false);
        board.ApplyProject(projectId, await magnum.ListClustersAsync(scope, detail: true, cancellationToken).ConfigureAwait(false), asked);
    }

    /// <summary>Asks for one project's clusters right after a change; the change itself has succeeded, whatever Magnum says now.</summary>
    public async Task PollProjectQuietlyAsync(CloudRegion region, string projectId, CancellationToken cancellationToken)
    {
        try
        {
            await PollProjectAsync(region, projectId, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            logger.ClusterRefreshFailed(projectId, e);
        }
    }

    /// <summary>Asks for the whole region now. A failure is kept on the board, not thrown.</summary>
    public async Task PollAsync(CloudRegion region, ClusterBoard board, CancellationToken cancellationToken)
    {
        var asked = time.GetUtcNow();
        try
        {
            var scope = await platform.ForCloudAsync(region, Purpose, cancellationToken).ConfigureAwait(false);
            var (clusters, missing) = await ListAsync(scope, board, cancellationToken).ConfigureAwait(false);
            board.ApplyAll(clusters, missing, asked);

            // Kept at once, and again with what is asked for after it: that may hang, and the portal may end meanwhile. What people have
            // seen is written to its end, also while the portal stops.
            await keeper.KeepAllAsync(region, board, asked, CancellationToken.None).ConfigureAwait(false);
            await NameTemplatesAsync(scope, board, cancellationToken).ConfigureAwait(false);
            await TimeCreationsAsync(region, board, cancellationToken).ConfigureAwait(false);
            await keeper.KeepAllAsync(region, board, asked, cancellationToken).ConfigureAwait(false);
            BeginExplaining(region, asked);
        }
        catch (BackendException e)
        {
            logger.ClusterPollFailed(region.Cloud, region.Region, e);
            board.Fail(ClusterProblem.Of(e));
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        foreach (var region in regions.Values.Where(r => r.IsValueCreated))
        {
            await region.Value.Loop.ConfigureAwait(false);
            await region.Value.Explaining.ConfigureAwait(false);
        }

        stopping.Dispose();
    }

    private RegionPoll Region(CloudRegion region) =>
        regions.GetOrAdd(region, r => new Lazy<RegionPoll>(() =>
        {
            var poll = new RegionPoll(new ClusterBoard(time));
            poll.Loop = Task.Run(() => RunAsync(r, poll, stopping.Token));
            return poll;
        })).Value;

    private async Task RunAsync(CloudRegion region, RegionPoll poll, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await PollGuardedAsync(region, poll.Board, cancellationToken).ConfigureAwait(false);
                await poll.WaitAsync(poll.Board.IsMoving ? options.Value.PollMoving : options.Value.PollCalm, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The portal stops.
        }
    }

    // The loop outlives whatever goes wrong in one round.
    private async Task PollGuardedAsync(CloudRegion region, ClusterBoard board, CancellationToken cancellationToken)
    {
        try
        {
            await PollAsync(region, board, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.ClusterPollFailed(region.Cloud, region.Region, e);
            board.Fail(new ClusterProblem("magnum", BackendFailure.Unexpected, null, null));
        }
    }

    private async Task<(IReadOnlyList<Cluster> Clusters, IReadOnlyList<ClusterProblem> Missing)> ListAsync(Scope scope, ClusterBoard board, CancellationToken cancellationToken)
    {
        try
        {
            var all = await magnum.ListClustersAsync(scope, detail: true, cancellationToken).ConfigureAwait(false);
            return (all, []);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Invalid)
        {
            // One row without node groups makes the detailed list fail for everybody.
            return await ListOneByOneAsync(scope, board, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(IReadOnlyList<Cluster> Clusters, IReadOnlyList<ClusterProblem> Missing)> ListOneByOneAsync(Scope scope, ClusterBoard board, CancellationToken cancellationToken)
    {
        var known = board.All.ToDictionary(r => r.Cluster.Id, r => r.Cluster);
        var clusters = new List<Cluster>();
        var missing = new List<ClusterProblem>();
        foreach (var row in await magnum.ListClustersAsync(scope, detail: false, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                if (await magnum.FindClusterAsync(scope, row.Id, cancellationToken).ConfigureAwait(false) is { } cluster)
                {
                    clusters.Add(cluster);
                }
            }
            catch (BackendException e)
            {
                missing.Add(ClusterProblem.Of(e, row.Id));
                if (known.TryGetValue(row.Id, out var last))
                {
                    clusters.Add(last with { Status = row.Status, StatusText = row.StatusText, Health = row.Health, IsDetailed = false });
                }
            }
        }

        logger.ClusterListFellBack(clusters.Count, missing.Count);
        return (clusters, missing);
    }

    private async Task NameTemplatesAsync(Scope scope, ClusterBoard board, CancellationToken cancellationToken)
    {
        var poll = Region(scope.Region);
        var now = time.GetUtcNow();
        if (board.All.Any(r => r.TemplateName is null) && now - poll.TemplatesAskedAt > options.Value.PollCalm)
        {
            poll.TemplatesAskedAt = now;
            board.SetTemplates(await magnum.ListTemplatesAsync(scope, cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task TimeCreationsAsync(CloudRegion region, ClusterBoard board, CancellationToken cancellationToken)
    {
        foreach (var seen in board.TakeCreated())
        {
            await explainer.Times.AddAsync(region, seen.Cluster, seen.Took, cancellationToken).ConfigureAwait(false);
        }

        var usual = new Dictionary<string, TimeSpan?>(StringComparer.Ordinal);
        foreach (var template in board.All.Where(r => r.Cluster.Status is ClusterStatus.CreateInProgress or ClusterStatus.CreateFailed).Select(r => r.Cluster.TemplateId).Distinct().ToList())
        {
            usual[template] = await explainer.Times.UsualAsync(region, template, cancellationToken).ConfigureAwait(false);
        }

        if (usual.Count > 0)
        {
            board.SetUsual(usual);
        }
    }

    // Beside the poll: a Heat that hangs must not keep anybody from new rows. One at a time for a region.
    private void BeginExplaining(CloudRegion region, DateTimeOffset asked)
    {
        var poll = Region(region);
        if (poll.Explaining.IsCompleted && poll.Board.All.Any(IsToExplain))
        {
            poll.Explaining = Task.Run(() => ExplainGuardedAsync(region, poll.Board, asked, stopping.Token));
        }
    }

    private async Task ExplainGuardedAsync(CloudRegion region, ClusterBoard board, DateTimeOffset asked, CancellationToken cancellationToken)
    {
        try
        {
            await ExplainAsync(region, board, cancellationToken).ConfigureAwait(false);
            await keeper.KeepAllAsync(region, board, asked, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The portal stops.
        }
        catch (Exception e)
        {
            logger.ClusterExplainingFailed(region.Cloud, region.Region, e);
        }
    }

    private async Task ExplainAsync(CloudRegion region, ClusterBoard board, CancellationToken cancellationToken)
    {
        foreach (var row in board.All.Where(IsToExplain).OrderBy(r => r.Explanation?.ExplainedAt).Take(MaxExplainedAPoll).ToList())
        {
            var scope = await platform.ForProjectAsync(region, row.Cluster.ProjectId, "explain cluster/" + row.Cluster.Id, null, cancellationToken).ConfigureAwait(false);
            if (await explainer.ExplainAsync(scope, row.Cluster, row.StatusSince, cancellationToken).ConfigureAwait(false) is { } explanation)
            {
                board.SetExplanation(row.Cluster, explanation);
            }
        }
    }

    // Failed: once, and again while evidence is missing. Late: from time to time.
    private bool IsToExplain(ClusterRow row)
    {
        var now = time.GetUtcNow();
        var isOld = row.Explanation is not { } known || now - known.ExplainedAt >= options.Value.ExplainAgain;
        return row.Cluster.Status.IsFailed() ? row.Explanation is null || (isOld && !row.Explanation.Missing.IsEmpty)
            : isOld && Lateness.Of(row.Cluster, row.StatusSince, row.Usual, options.Value, now).IsLate;
    }

    private sealed class RegionPoll(ClusterBoard board)
    {
        private TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ClusterBoard Board { get; } = board;

        public Task Loop { get; set; } = Task.CompletedTask;

        public Task Explaining { get; set; } = Task.CompletedTask;

        public DateTimeOffset TemplatesAskedAt { get; set; } = DateTimeOffset.MinValue;

        public void Wake() => Volatile.Read(ref woken).TrySetResult();

        public async Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken cancellationToken)
        {
            await Task.WhenAny(Task.Delay(delay, time, cancellationToken), Volatile.Read(ref woken).Task).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            Volatile.Write(ref woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }
}
