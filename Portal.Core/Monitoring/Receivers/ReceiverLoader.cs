using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>Brings Alertmanager to what was written, and goes back where it refuses.</summary>
internal sealed class ReceiverLoader(ReceiverBook book, AlertmanagerControl control)
{
    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>Has the configuration read once, and says whether the written one is loaded.</summary>
    public async Task<ReceiverLoading> LoadAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        var shelf = (await book.FindAsync(cluster, onlyWritten: false, cancellationToken).ConfigureAwait(false))!;
        var refusal = await control.ReloadAsync(cluster, cancellationToken).ConfigureAwait(false);
        if (refusal is not null)
        {
            // With what it refuses, it would not come up again after a restart.
            if (shelf.State.Former is { } former)
            {
                await book.WriteAsync(cluster, shelf, former, null, Nothing, cancellationToken).ConfigureAwait(false);
            }

            return new(false, refusal);
        }

        if (await control.RevisionAsync(cluster, cancellationToken).ConfigureAwait(false) != shelf.State.Revision)
        {
            return new(false, null);
        }

        if (shelf.State.Former is not null)
        {
            try
            {
                await book.WriteAsync(cluster, shelf, shelf.State.Receivers, null, Nothing, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
            {
                // Somebody has written in between; what was before goes with theirs.
            }
        }

        return new(true, null);
    }

    /// <summary>Looks whether the receivers still stand on the add-on's configuration of today and are loaded; mends it where not. Gives whether all is well, or nothing more can be done.</summary>
    public async Task<bool> KeepAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        if (await book.FindAsync(cluster, onlyWritten: true, cancellationToken).ConfigureAwait(false) is not { Addon: not null, CanTake: true } shelf)
        {
            return true;
        }

        if (!shelf.IsFresh)
        {
            await book.WriteAsync(cluster, shelf, shelf.State.Receivers, shelf.State.Former, Nothing, cancellationToken).ConfigureAwait(false);
        }

        if (!shelf.IsFresh || shelf.State.Former is not null || await control.RevisionAsync(cluster, cancellationToken).ConfigureAwait(false) != shelf.State.Revision)
        {
            return await LoadAsync(cluster, cancellationToken).ConfigureAwait(false) is { IsLoaded: true } or { WhyNot: not null };
        }

        return true;
    }
}

/// <summary>Keeps receivers alive when the add-on changes beneath them.</summary>
public interface IReceiverUpkeep
{
    /// <summary>Looks at a cluster often for a while: its Alertmanager is being installed, upgraded or repaired.</summary>
    void Attend(ClusterKey cluster);
}

/// <summary>Looks at all clusters seldom, and at those whose add-on changes often.</summary>
internal sealed class ReceiverUpkeep(ReceiverLoader loader, AlertBooks books, IOptions<AlertsOptions> options, TimeProvider time, ILogger<ReceiverUpkeep> logger) : BackgroundService, IReceiverUpkeep
{
    private static readonly TimeSpan Attention = TimeSpan.FromMinutes(15);
    private readonly ConcurrentDictionary<ClusterKey, DateTimeOffset> attended = new();
    private DateTimeOffset next = DateTimeOffset.MinValue;

    public void Attend(ClusterKey cluster) => attended[cluster] = time.GetUtcNow() + Attention;

    /// <summary>Looks at every cluster whose turn it is, once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var done in attended.Where(a => a.Value < now))
        {
            attended.TryRemove(done);
        }

        var due = attended.Keys.ToHashSet();
        if (next <= now)
        {
            next = now + options.Value.CheckEvery;
            due.UnionWith((await books.LooksAsync(null, cancellationToken).ConfigureAwait(false)).Where(l => l.Value.Source is { HasAlertmanager: true, Silence: null }).Select(l => l.Value.Cluster));
        }

        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = options.Value.AtOnce, CancellationToken = cancellationToken }, async (cluster, ended) =>
        {
            try
            {
                // Also after a restart between the writing and the reload: what was written takes its time into the pod.
                if (!await loader.KeepAsync(cluster, ended).ConfigureAwait(false) && !attended.ContainsKey(cluster))
                {
                    Attend(cluster);
                }
            }
            catch (BackendException e)
            {
                // It is looked at again; nothing of it was lost.
                logger.ReceiversNotKept(cluster.ClusterId, e.Backend, e.Failure);
            }
        }).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.AskEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.ReceiverLookFailed(e);
            }
        }
    }
}

internal static partial class ReceiverLog
{
    [LoggerMessage(EventId = 2921, Level = LogLevel.Warning, Message = "The look at clusters' receivers failed")]
    public static partial void ReceiverLookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2922, Level = LogLevel.Information, Message = "The receivers of cluster {ClusterId} could not be looked after: {Backend} {Failure}")]
    public static partial void ReceiversNotKept(this ILogger logger, string clusterId, string backend, BackendFailure failure);
}
