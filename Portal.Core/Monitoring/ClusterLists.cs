using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;

namespace Portal.Core.Monitoring;

/// <summary>What one cluster of a project answered; of several that are asked together one may fail by itself.</summary>
public interface IOfCluster
{
    /// <summary>Gets the Magnum uuid.</summary>
    string ClusterId { get; }

    /// <summary>Gets why it could not be read, or null.</summary>
    BackendException? Failure { get; }
}

/// <summary>
/// Asks the same of every cluster of a project that the portal has looked at, side by side. What pages ask again and again while they are shown is
/// asked once for all who look. Who may ask is decided here: <see cref="Capability.Read"/>.
/// </summary>
internal sealed class ClusterLists<T>(AlertBooks books, TimeProvider time)
    where T : class, IOfCluster
{
    private const int AtOnce = 8;

    // Shorter than the pause of a page, so that nobody sees the same twice.
    private static readonly TimeSpan Good = TimeSpan.FromSeconds(8);
    private readonly ConcurrentDictionary<string, Reading> readings = new(StringComparer.Ordinal);

    /// <summary>Asks now; what others were told before is forgotten.</summary>
    public Task<ImmutableArray<T>> NowAsync(Scope scope, Func<AlertLook, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        Forget(scope);
        return ReadAsync(KeyOf(scope), ask, cancellationToken);
    }

    /// <summary>Gives what was read for anybody in the last seconds, or is being read; else asks.</summary>
    public Task<ImmutableArray<T>> LatelyAsync(Scope scope, Func<AlertLook, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var now = time.GetUtcNow();
        foreach (var old in readings.Where(r => r.Value.Begun <= now - Good || r.Value.List.Value.IsFaulted))
        {
            readings.TryRemove(old);
        }

        // The question is everybody's: it does not end with the one who began it.
        return readings.GetOrAdd(KeyOf(scope), key => new(now, new(() => ReadAsync(key, ask, CancellationToken.None)))).List.Value.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets what was read: something was changed.</summary>
    public void Forget(Scope scope) => readings.TryRemove(KeyOf(scope), out _);

    private static string KeyOf(Scope scope) => AlertBooks.ProjectKey(scope.Region, scope.ProjectId);

    private async Task<ImmutableArray<T>> ReadAsync(string project, Func<AlertLook, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        IReadOnlyList<Stored<AlertLook>> looks;
        try
        {
            looks = await books.LooksAsync(project, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            // Its own home is away for a moment: who follows keeps what was seen, and asks again.
            throw new BackendException("portal", "list the clusters with alerts", BackendFailure.Broken, null, inner: e);
        }

        var lists = new ConcurrentBag<T>();
        await Parallel.ForEachAsync(
            looks.Select(l => l.Value), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (look, ended) => lists.Add(await ask(look, ended).ConfigureAwait(false))).ConfigureAwait(false);
        return [.. lists.OrderBy(l => l.ClusterId, StringComparer.Ordinal)];
    }

    /// <param name="Begun">When it began (UTC).</param>
    /// <param name="List">What was read.</param>
    private sealed record Reading(DateTimeOffset Begun, Lazy<Task<ImmutableArray<T>>> List);
}
