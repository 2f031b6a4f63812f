using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Portal.Core.Storage.Sqlite;

/// <summary>The one writer: takes what is queued, writes it in one transaction, then acknowledges.</summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxGroup = 256;
    private readonly Channel<PendingWrite> queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly SqliteFile file;
    private readonly Task loop;

    // Only the loop uses these. A connection that has failed is left; the next write opens another.
    private SqliteConnection? connection;

    // What failed from here on may be on disk, and is not tried again.
    private bool committing;

    public SqliteWriter(SqliteFile file)
    {
        this.file = file;
        loop = Task.Run(RunAsync);
    }

    /// <summary>Runs <paramref name="write"/> in a transaction; the result is given once it is on disk.</summary>
    /// <exception cref="StorageException">The file cannot be written; after a failed commit it is not known whether it was.</exception>
    public async Task<long> WriteAsync(Func<SqliteConnection, long> write, CancellationToken cancellationToken)
    {
        var pending = new PendingWrite(write);
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
        connection?.Dispose();
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
            InTransaction(group);
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
            group.ForEach(one => one.Completion.TrySetException(e is SqliteException ? new StorageException($"The data file cannot be written: {e.Message}", e) : e));
        }
    }

    private void InTransaction(List<PendingWrite> group)
    {
        if (group.Count == 0)
        {
            return;
        }

        try
        {
            var open = connection ??= file.Connect();
            using var transaction = open.BeginTransaction();
            group.ForEach(one => one.Apply(open));
            committing = true;
            transaction.Commit();
        }
        catch
        {
            connection?.Dispose();
            connection = null;
            throw;
        }
    }

    private sealed class PendingWrite(Func<SqliteConnection, long> write)
    {
        private int taken;
        private long result;
        private Exception? refused;

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

        public void Apply(SqliteConnection connection)
        {
            refused = null;
            try
            {
                result = write(connection);
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
