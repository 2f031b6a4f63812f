namespace Portal.Core.Delivery;

/// <summary>
/// Pools of connections that are kept between requests, as long as somebody uses them: one that nobody has had for a while is let
/// go, and so is one that its owner says is of no use any more. What is still in somebody's hands ends with them.
/// </summary>
/// <typeparam name="TKey">What a pool leads to.</typeparam>
/// <typeparam name="TPool">The pool.</typeparam>
/// <param name="idle">How long one is kept that nobody uses.</param>
/// <param name="time">Clock.</param>
internal sealed class KeptPools<TKey, TPool>(TimeSpan idle, TimeProvider time) : IDisposable
    where TKey : notnull
    where TPool : class, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Entry> entries = [];
    private bool over;

    /// <summary>Gets the keys of what is kept.</summary>
    public IReadOnlyList<TKey> Keys
    {
        get
        {
            lock (gate)
            {
                return [.. entries.Keys];
            }
        }
    }

    /// <summary>Gives a pool for as long as the caller holds the lease; makes it where there is none.</summary>
    public Lease Take(TKey key, Func<TPool> make)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(over, this);
            if (!entries.TryGetValue(key, out var entry))
            {
                entry = new Entry(make());
                entries[key] = entry;
            }

            entry.Holders++;
            return new Lease(this, entry);
        }
    }

    /// <summary>Gives a pool that is kept, or null.</summary>
    public TPool? Find(TKey key)
    {
        lock (gate)
        {
            return entries.GetValueOrDefault(key)?.Pool;
        }
    }

    /// <summary>Lets go of the pools whose key is such; those that somebody holds end when they are given back.</summary>
    public void Drop(Func<TKey, bool> which) => Drop((key, _) => which(key));

    /// <summary>Lets go of what nobody has used for a while.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        Drop((_, entry) => entry.Holders == 0 && now - entry.UsedAt >= idle);
    }

    /// <summary>Ends everything.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            over = true;
        }

        Drop((_, _) => true);
    }

    private void Drop(Func<TKey, Entry, bool> which)
    {
        List<Entry> free;
        lock (gate)
        {
            var dropped = entries.Where(e => which(e.Key, e.Value)).ToList();
            dropped.ForEach(e => entries.Remove(e.Key));
            dropped.ForEach(e => e.Value.IsDropped = true);
            free = [.. dropped.Select(e => e.Value).Where(e => e.Holders == 0)];
        }

        free.ForEach(e => e.Pool.Dispose());
    }

    private void GiveBack(Entry entry)
    {
        bool last;
        lock (gate)
        {
            entry.Holders--;
            entry.UsedAt = time.GetUtcNow();
            last = entry is { IsDropped: true, Holders: 0 };
        }

        if (last)
        {
            entry.Pool.Dispose();
        }
    }

    /// <summary>A pool in somebody's hands.</summary>
    internal sealed class Lease(KeptPools<TKey, TPool> pools, Entry entry) : IDisposable
    {
        private int given;

        /// <summary>Gets the pool.</summary>
        public TPool Pool => entry.Pool;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0)
            {
                pools.GiveBack(entry);
            }
        }
    }

    /// <summary>A pool, how many hold it, and when it was last given back.</summary>
    internal sealed class Entry(TPool pool)
    {
        public TPool Pool { get; } = pool;

        public int Holders { get; set; }

        public DateTimeOffset UsedAt { get; set; }

        public bool IsDropped { get; set; }
    }
}
