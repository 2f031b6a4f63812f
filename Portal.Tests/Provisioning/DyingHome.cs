using Portal.Core.Storage;

namespace Portal.Tests.Provisioning;

/// <summary>The process is dead: nothing it does reaches anything any more.</summary>
internal sealed class ProcessDiedException : Exception;

/// <summary>A home that dies at the n-th write, before or after the write is applied; from then on nothing is answered.</summary>
internal sealed class DyingHome(IDocumentHome inner, int dieAt, bool applied) : IDocumentHome
{
    private int writes;

    public bool IsDead { get; private set; }

    public int Writes => writes;

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken) =>
        Alive(() => inner.FindAsync(collection, id, cancellationToken));

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        Alive(() => inner.ListAsync(collection, key, afterId, limit, cancellationToken));

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) => Alive(() => inner.ListCollectionsAsync(cancellationToken));

    public Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.PutAsync(collection, document, expectedVersion, cancellationToken));

    public Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken) =>
        WriteAsync(() => inner.DeleteAsync(collection, id, expectedVersion, cancellationToken));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Throws when the process is dead; the test's world asks, so that no step of a dead process acts.</summary>
    public void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new ProcessDiedException();
        }
    }

    private async Task<T> WriteAsync<T>(Func<Task<T>> write)
    {
        ThrowIfDead();
        var dies = Interlocked.Increment(ref writes) == dieAt;
        if (dies && !applied)
        {
            IsDead = true;
        }

        ThrowIfDead();
        var result = await write();
        IsDead |= dies;
        ThrowIfDead();
        return result;
    }

    private Task<T> Alive<T>(Func<Task<T>> read)
    {
        ThrowIfDead();
        return read();
    }
}
