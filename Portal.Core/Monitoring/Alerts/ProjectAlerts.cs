using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring.Alerts;

/// <inheritdoc />
internal sealed class ProjectAlerts(AlertBooks books, IChangeBus bus, TimeProvider time) : IProjectAlerts
{
    // Also when nothing was told: another replica may have looked, and the time of the last look moves.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    // What the project's viewers read last, by project; one reading for all of them.
    private readonly ConcurrentDictionary<string, Reading> readings = new(StringComparer.Ordinal);

    public Task<ImmutableArray<ClusterAlertBook>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return ReadAsync(AlertBooks.ProjectKey(scope.Region, scope.ProjectId), cancellationToken);
    }

    public IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> WatchAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return FollowAsync(scope, cancellationToken);
    }

    private async Task<ImmutableArray<ClusterAlertBook>> ReadAsync(string project, CancellationToken cancellationToken)
    {
        var list = ImmutableArray.CreateBuilder<ClusterAlertBook>();
        foreach (var look in await books.LooksAsync(project, cancellationToken).ConfigureAwait(false))
        {
            list.Add(new(look.Value.Cluster.ClusterId, look.Value.Source, await books.AlertsAsync(look.Value.Cluster, cancellationToken).ConfigureAwait(false)));
        }

        return list.ToImmutable();
    }

    // A home that is away for a moment leaves the viewer with what they have.
    private async Task<ImmutableArray<ClusterAlertBook>?> SharedAsync(Scope scope, CancellationToken cancellationToken)
    {
        var (project, now) = (AlertBooks.ProjectKey(scope.Region, scope.ProjectId), time.GetUtcNow());
        var changes = books.ChangesOf(project);
        var reading = readings.AddOrUpdate(project, Begin, (_, last) => last.Changes == changes && last.Begun > now - (Again / 2) && !last.List.Value.IsFaulted ? last : Begin(project));
        try
        {
            return await reading.List.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            return null;
        }

        Reading Begin(string key)
        {
            // Those whose viewers have left are not kept.
            foreach (var old in readings.Where(r => r.Value.Begun < now - (Again * 2)))
            {
                readings.TryRemove(old);
            }

            return new(changes, now, new(() => ReadAsync(key, CancellationToken.None)));
        }
    }

    private async IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> FollowAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signals = bus.SubscribeAsync(AlertBooks.Topic(scope.Region, scope.ProjectId), left.Token).GetAsyncEnumerator(left.Token);
        var next = signals.MoveNextAsync().AsTask();
        try
        {
            if (await SharedAsync(scope, cancellationToken).ConfigureAwait(false) is { } first)
            {
                yield return first;
            }

            while (true)
            {
                await Task.WhenAny(next, Task.Delay(Again, time, left.Token)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (next.IsCompleted)
                {
                    await next.ConfigureAwait(false);
                    next = signals.MoveNextAsync().AsTask();
                }

                if (await SharedAsync(scope, cancellationToken).ConfigureAwait(false) is { } list)
                {
                    yield return list;
                }
            }
        }
        finally
        {
            // An enumerator may not be left while it moves.
            await left.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await signals.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <param name="Changes">How often the project's alerts had been changed when it began.</param>
    /// <param name="Begun">When it began (UTC).</param>
    /// <param name="List">What was read.</param>
    private sealed record Reading(long Changes, DateTimeOffset Begun, Lazy<Task<ImmutableArray<ClusterAlertBook>>> List);
}
