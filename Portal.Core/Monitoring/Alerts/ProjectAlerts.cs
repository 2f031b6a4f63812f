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

    public async Task<ImmutableArray<ClusterAlertBook>> ListAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var list = ImmutableArray.CreateBuilder<ClusterAlertBook>();
        foreach (var look in await books.LooksAsync(AlertBooks.ProjectKey(scope.Region, scope.ProjectId), cancellationToken).ConfigureAwait(false))
        {
            list.Add(new(look.Value.Cluster.ClusterId, look.Value.Source, await books.AlertsAsync(look.Value.Cluster, cancellationToken).ConfigureAwait(false)));
        }

        return list.ToImmutable();
    }

    public IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> WatchAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return FollowAsync(scope, cancellationToken);
    }

    // A home that is away for a moment leaves the viewer with what they have.
    private async Task<ImmutableArray<ClusterAlertBook>?> AgainAsync(Scope scope, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(scope, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> FollowAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signals = bus.SubscribeAsync(AlertBooks.Topic(scope.Region, scope.ProjectId), left.Token).GetAsyncEnumerator(left.Token);
        var next = signals.MoveNextAsync().AsTask();
        try
        {
            yield return await ListAsync(scope, cancellationToken).ConfigureAwait(false);
            while (true)
            {
                await Task.WhenAny(next, Task.Delay(Again, time, left.Token)).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (next.IsCompleted)
                {
                    await next.ConfigureAwait(false);
                    next = signals.MoveNextAsync().AsTask();
                }

                if (await AgainAsync(scope, cancellationToken).ConfigureAwait(false) is { } list)
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
}
