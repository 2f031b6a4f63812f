using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Monitoring;
using Portal.Shared;

namespace Portal.Monitoring;

/// <summary>
/// What the clusters answered, read again and again: a read that fails, of all or of one cluster, leaves what was seen with the time of it, and one
/// that was overtaken by a younger one changes nothing.
/// </summary>
public sealed class SeenLists<T>(TimeProvider time)
    where T : class, IOfCluster
{
    private readonly Dictionary<string, (T List, DateTimeOffset At)> _good = new(StringComparer.Ordinal);
    private long _begun;
    private long _taken;

    /// <summary>Gets what came last.</summary>
    public Loadable<IReadOnlyList<T>> All { get; } = new();

    /// <summary>Gets when it came (UTC), or null before the first.</summary>
    public DateTimeOffset? SeenAt { get; private set; }

    /// <summary>Reads them.</summary>
    public Task ReadAsync(Func<Task<ImmutableArray<T>>> ask)
    {
        var mine = ++_begun;
        return All.LoadAsync(async () =>
        {
            try
            {
                var lists = await ask();
                return mine < _taken ? All.Value : Take(lists, mine);
            }
            catch (Exception e) when (mine < _taken && e is BackendException or ForbiddenException)
            {
                return All.Value;
            }
        });
    }

    /// <summary>Gives what there is to show of a cluster: what it answered, or where it does not answer what it did before, or null.</summary>
    public T? Shown(T list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list.Failure is null ? list : _good.TryGetValue(list.ClusterId, out var good) ? good.List : null;
    }

    /// <summary>Gives when that was read (UTC), where it is not of now; else null.</summary>
    public DateTimeOffset? OldSince(T list)
    {
        ArgumentNullException.ThrowIfNull(list);
        return list.Failure is not null && _good.TryGetValue(list.ClusterId, out var good) ? good.At : null;
    }

    private ImmutableArray<T>? Take(ImmutableArray<T> lists, long mine)
    {
        (_taken, SeenAt) = (mine, time.GetUtcNow());
        foreach (var list in lists.Where(l => l.Failure is null))
        {
            _good[list.ClusterId] = (list, SeenAt.Value);
        }

        return lists;
    }
}
