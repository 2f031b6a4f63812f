using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes.Watching;

/// <summary>
/// One watch of one kind in one cluster: a list, then what changes, for as many viewers as there are. It goes on through
/// everything: a version that is gone is listed anew, a stream that is cut is opened again, and one that only seems open is
/// left when the API should have ended it.
/// </summary>
internal sealed class KubernetesWatch<T>(WatchKey key, WatchKind<T> kind, IGroupConnector connector, ClusterPulse pulse, KubernetesOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan TooShort = TimeSpan.FromSeconds(1);
    private readonly Lock door = new();
    private ImmutableSortedDictionary<string, T> items = ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
    private TaskCompletionSource changed = NewSignal();
    private Watched<T>? shown;
    private DateTimeOffset? asOf;
    private BackendException? silence;
    private string? version;
    private int refusals;
    private bool hasStumbled;

    /// <summary>Gives what is known now, then again whenever it changes; who is slow misses what was in between.</summary>
    public async IAsyncEnumerable<Watched<T>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var (now, next) = Now();
            if (now.IsKnown)
            {
                yield return now;
            }

            await next.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Watches until cancelled.</summary>
    public async Task RunAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            await AttemptAsync(ended).ConfigureAwait(false);

            // The first end of a stream, and the first 410, are everyday; only what goes on and on is slowed.
            if (refusals > 1)
            {
                await Task.Delay(ClusterPulse.BackOff(refusals - 1, options.WatchRetryLimit), time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task AttemptAsync(CancellationToken ended)
    {
        try
        {
            var began = time.GetTimestamp();
            await FollowAsync(ended).ConfigureAwait(false);
            refusals = time.GetElapsedTime(began) < TooShort ? refusals + 1 : 0;
            hasStumbled = false;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Gone)
        {
            version = null;
            refusals++;
        }
        catch (BackendException e) when (e.MayHeal && !hasStumbled)
        {
            // What cut the stream has cut the connections beside it: one failure right after it says nothing of the API.
            hasStumbled = true;
        }
        catch (BackendException e)
        {
            Fall(e);
            refusals = e.MayHeal ? 0 : refusals + 1;
        }
        catch (Exception e)
        {
            logger.WatchFailed(key.Resource.Plural, key.Cluster.ClusterId, e);
            Fall(KubernetesErrors.From(e, $"watch {key.Resource.Plural}"));
            refusals++;
        }
    }

    private async Task FollowAsync(CancellationToken ended)
    {
        var life = options.WatchTimeout * (0.9 + (0.1 * Random.Shared.NextDouble()));
        WatchStream stream;
        using (await pulse.EnterAsync(ended).ConfigureAwait(false))
        {
            try
            {
                stream = await OpenAsync(life, ended).ConfigureAwait(false);
                pulse.Answered();
            }
            catch (BackendException e) when (e.MayHeal && hasStumbled)
            {
                // Before the turn is given on: the next in line waits for its period too.
                pulse.Failed();
                throw;
            }
        }

        using (stream)
        {
            // A stream that only seems open says nothing for ever; by then the API would have ended a living one.
            using var patience = new CancellationTokenSource(life + options.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, patience.Token);
            try
            {
                while (await stream.ReadAsync(either.Token).ConfigureAwait(false) is { } change)
                {
                    Take(change);
                }
            }
            catch (OperationCanceledException) when (!ended.IsCancellationRequested)
            {
                // Half open: the next attempt shows whether the API is there.
            }
            catch (BackendException e) when (e.MayHeal)
            {
                // Cut or broken in the middle: as above.
            }
        }
    }

    private async Task<WatchStream> OpenAsync(TimeSpan life, CancellationToken ended)
    {
        var api = await connector.AsGroupAsync(key.Cluster, key.Group, ended).ConfigureAwait(false);
        if (version is not null)
        {
            // After its store was restored the API is at an older version, and a watch from ours would wait in silence.
            version = IsReached(version, await api.FindVersionAsync(kind.Resource, ended).ConfigureAwait(false)) ? version : null;
        }

        version ??= await ListAsync(api, ended).ConfigureAwait(false);
        var stream = await api.OpenWatchAsync(kind.Resource, kind.LabelSelector, version, life, ended).ConfigureAwait(false);
        Hear();
        return stream;
    }

    private async Task<string> ListAsync(KubernetesApi api, CancellationToken ended)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, T>(StringComparer.Ordinal);
        var from = await api.ListForWatchAsync(
            kind.Resource,
            kind.LabelSelector,
            page =>
            {
                foreach (var item in page)
                {
                    found[Name(item)] = kind.Read(item);
                }
            },
            ended).ConfigureAwait(false);
        Change(() => items = found.ToImmutable());
        return from;
    }

    private void Take(WatchEvent change)
    {
        version = change.Object["metadata"]?["resourceVersion"]?.GetValue<string>() ?? version;
        if (change.Type is "BOOKMARK")
        {
            return;
        }

        var name = Name(change.Object);
        var next = change.Type is "DELETED" ? default : kind.Read(change.Object);
        Change(() => items = change.Type is "DELETED" ? items.Remove(name) : items.SetItem(name, next!));
    }

    private void Hear()
    {
        lock (door)
        {
            asOf = time.GetUtcNow();
            if (silence is null)
            {
                return;
            }
        }

        Change(() => { });
    }

    private void Fall(BackendException why)
    {
        lock (door)
        {
            silence = why;

            // Whom the cluster refuses does not go on seeing what it showed before; should it allow again, everything is listed anew.
            if (why.Failure is BackendFailure.Forbidden)
            {
                (items, version) = (items.Clear(), null);
            }

            Tell();
        }
    }

    private void Change(Action change)
    {
        lock (door)
        {
            change();
            asOf = time.GetUtcNow();
            silence = null;
            Tell();
        }
    }

    private void Tell()
    {
        shown = null;
        var told = changed;
        changed = NewSignal();
        told.SetResult();
    }

    private (Watched<T> Now, Task Next) Now()
    {
        lock (door)
        {
            return (shown ??= new Watched<T>([.. items.Values], asOf, silence), changed.Task);
        }
    }

    private static bool IsReached(string ours, string theirs) =>
        ulong.TryParse(ours, CultureInfo.InvariantCulture, out var mine) && ulong.TryParse(theirs, CultureInfo.InvariantCulture, out var newest) && newest >= mine;

    private static string Name(JsonObject item) => $"{item["metadata"]?["namespace"]}/{item["metadata"]?["name"]}";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
