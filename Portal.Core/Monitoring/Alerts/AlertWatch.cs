using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>
/// Asks clusters' Alertmanagers what fires: often where nothing was ever told, seldom where it is (to see that it lives, and what is
/// silenced), and ever more seldom where nobody answers. Replicas take turns by compare-and-set: who begins holds the cluster for a while.
/// </summary>
internal sealed class AlertWatch(
    IDocumentStore store, AlertBooks books, IAlertmanagers alertmanagers, IOptions<AlertsOptions> options, TimeProvider time, ILogger<AlertWatch> logger) : BackgroundService
{
    private const int Page = 500;

    // Longer than any one look lasts.
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(2);

    /// <summary>Asks every cluster whose turn it is, once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetUtcNow();
        var looks = (await books.LooksAsync(null, cancellationToken).ConfigureAwait(false)).ToDictionary(l => l.Id, StringComparer.Ordinal);
        var due = new List<(ClusterKey Cluster, Stored<AlertLook>? Look)>();
        string? after = null;
        while (await store.ListAsync(ClusterAccess.Type, null, cancellationToken, Page, after).ConfigureAwait(false) is { Count: > 0 } page)
        {
            due.AddRange(page.Select(ClusterAccess.KeyOf).Select(c => (c, looks.GetValueOrDefault(AlertBooks.Id(c)))).Where(c => c.Item2 is not { Value.NextAt: { } next } || next <= begun));
            after = page[^1].Id;
        }

        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = options.Value.AtOnce, CancellationToken = cancellationToken }, async (one, ended) => await LookAsync(one.Cluster, one.Look, begun, ended).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>Asks one cluster at once, after something was changed there. That it could not be asked is known from the next look.</summary>
    public async Task LookNowAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            var begun = time.GetUtcNow();
            var outcome = await AskAsync(cluster, begun, cancellationToken).ConfigureAwait(false);
            await books.ChangeLookAsync(cluster, make: false, look => outcome.Silence is null ? After(look, outcome, begun, begun) : null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.AlertsNotKept(e, cluster.ClusterId);
        }
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
                logger.AlertLookFailed(e);
            }
        }
    }

    private async Task LookAsync(ClusterKey cluster, Stored<AlertLook>? stored, DateTimeOffset tick, CancellationToken cancellationToken)
    {
        try
        {
            if (!await books.ClaimAsync(cluster, stored, time.GetUtcNow() + Hold, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            var begun = time.GetUtcNow();
            var source = await AskAsync(cluster, begun, cancellationToken).ConfigureAwait(false);
            await books.ChangeLookAsync(cluster, make: false, look => After(look, source, begun, tick), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // One cluster that cannot be kept hinders no other.
            logger.AlertsNotKept(e, cluster.ClusterId);
        }
    }

    private async Task<Outcome> AskAsync(ClusterKey cluster, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        AlertmanagerAnswer answer;
        try
        {
            answer = await alertmanagers.AskAsync(cluster, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            return new(null, e.MayHeal ? AlertSilence.ApiSilent : AlertSilence.Refused, false);
        }

        if (answer is { IsThere: true, Answer: null })
        {
            return new(true, AlertSilence.Dead, false);
        }

        // An Alertmanager that was taken away has nothing that fires.
        var named = answer.Answer is { } text ? AlertmanagerMessage.ReadActive(text) : [];
        if (named is null)
        {
            return new(true, AlertSilence.NotUnderstood, false);
        }

        // Tests of receivers are no alerts.
        var real = named.Where(a => !a.Labels.ContainsKey(Receivers.ReceiverConfig.TestLabel)).ToList();
        await books.ChangeAlertsAsync(cluster, known => AlertMerge.Looked(known, real, begun), cancellationToken).ConfigureAwait(false);
        return new(answer.IsThere, null, named.Any(AlertMerge.IsWatchdog));
    }

    private AlertLook After(AlertLook look, Outcome outcome, DateTimeOffset begun, DateTimeOffset tick)
    {
        var failures = outcome.Silence is null ? 0 : look.Failures + 1;
        var old = look.Source;
        var source = outcome.Silence is { } silence
            ? old with { HasAlertmanager = outcome.IsThere ?? old.HasAlertmanager, Silence = silence, SilentSince = old.SilentSince ?? begun }
            : new AlertSource
            {
                HasAlertmanager = outcome.IsThere,
                AskedAt = begun,
                ToldAt = outcome.IsThere is true ? old.ToldAt : null,
                WatchdogMissingSince = outcome.IsThere is not true || outcome.HasWatchdog ? null : old.WatchdogMissingSince ?? begun,
            };

        // A little before the tick that it is meant for.
        var ask = options.Value.AskEvery;
        var often = failures > 0 ? ask * Math.Pow(2, Math.Min(failures - 1, 16)) : source.ToldAt is null ? ask : options.Value.CheckEvery;
        var pause = often > options.Value.CheckEvery ? options.Value.CheckEvery : often;
        return look with { Source = source, Failures = failures, NextAt = tick + pause - (ask / 10) };
    }

    private sealed record Outcome(bool? IsThere, AlertSilence? Silence, bool HasWatchdog);
}

internal static partial class MonitoringLog
{
    [LoggerMessage(EventId = 2901, Level = LogLevel.Warning, Message = "The look at clusters' alerts failed")]
    public static partial void AlertLookFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2902, Level = LogLevel.Warning, Message = "The alerts of cluster {ClusterId} could not be kept")]
    public static partial void AlertsNotKept(this ILogger logger, Exception exception, string clusterId);
}
