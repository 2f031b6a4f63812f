using System.Threading.Channels;
using LiteDB;

namespace Portal.Core.Storage.LiteDb;

/// <summary>The one writer: takes what is queued, writes it in one transaction, flushes, then acknowledges.</summary>
internal sealed class LiteDbWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;
    private readonly Channel<PendingWrite> queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly LiteDbFile file;
    private readonly Task loop;

    // Only the loop uses it: what failed from here on may be on disk, and is not tried again.
    private bool committing;

    public LiteDbWriter(LiteDbFile file)
    {
        this.file = file;
        loop = Task.Run(RunAsync);
    }

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction; the result is given once it is on disk. <paramref name="collection"/> is the one
    /// that has to be there, if any.
    /// </summary>
    public async Task<long> WriteAsync(string? collection, Func<LiteDatabase, long> write, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite(collection, write);
        try
        {
            await queue.Writer.WriteAsync(pending, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new StorageException("The storage is closed.", e);
        }

        using var registration = cancellationToken.Register(() => pending.Cancel(cancellationToken));
        return await pending.Completion.Task.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var group = new List<PendingWrite>(MaxGroup);
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < MaxGroup && queue.Reader.TryRead(out var next))
            {
                if (next.Take())
                {
                    group.Add(next);
                }
            }

            Write(group);
        }
    }

    private void Write(List<PendingWrite> group)
    {
        committing = false;
        try
        {
            foreach (var collection in group.Select(one => one.Collection).OfType<string>().Distinct())
            {
                file.EnsureCollection(collection);
            }

            file.Run(database => InTransaction(database, group), () => !committing);
            group.ForEach(one => one.Acknowledge());
        }
        catch (Exception) when (group.Count > 1 && !committing)
        {
            // One bad write must not fail its neighbours.
            foreach (var one in group)
            {
                Write([one]);
            }
        }
        catch (Exception e)
        {
            group.ForEach(one => one.Completion.TrySetException(e is LiteException or IOException ? new StorageException($"The data file cannot be written: {e.Message}", e) : e));
        }
    }

    // No await between begin and commit: LiteDB's transactions belong to the thread.
    private bool InTransaction(LiteDatabase database, List<PendingWrite> group)
    {
        if (group.Count == 0)
        {
            return true;
        }

        database.BeginTrans();
        try
        {
            group.ForEach(one => one.Apply(database));
            committing = true;
            database.Commit();
        }
        catch
        {
            database.Rollback();
            throw;
        }

        file.Flush();
        return true;
    }

    private sealed class PendingWrite(string? collection, Func<LiteDatabase, long> write)
    {
        private int taken;
        private long result;
        private Exception? refused;

        /// <summary>The collection that has to be there, if any.</summary>
        public string? Collection { get; } = collection;

        public TaskCompletionSource<long> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Once taken it can no longer be cancelled: what is written is acknowledged.</summary>
        public bool Take() => Interlocked.Exchange(ref taken, 1) == 0;

        public void Cancel(CancellationToken cancellationToken)
        {
            if (Take())
            {
                Completion.TrySetCanceled(cancellationToken);
            }
        }

        public void Apply(LiteDatabase database)
        {
            refused = null;
            try
            {
                result = write(database);
            }
            catch (Exception e) when (e is StoreConflictException or NewerSchemaException)
            {
                refused = e;
            }
        }

        public void Acknowledge()
        {
            if (refused is null)
            {
                Completion.TrySetResult(result);
            }
            else
            {
                Completion.TrySetException(refused);
            }
        }
    }
}
