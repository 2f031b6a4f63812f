using Portal.Core.Storage;

namespace Portal.Tests.Provisioning;

/// <summary>A home where a test lets something happen just before a write is applied: what others do in that moment.</summary>
internal sealed class HookedHome(IDocumentHome inner) : IDocumentHome
{
    private int finds;
    private (string Collection, Func<Task> Act)? put;
    private (string Collection, Func<Task> Act)? delete;

    /// <summary>Gets how often a document was read.</summary>
    public int Finds => finds;

    /// <summary>Before the next write of the collection, once.</summary>
    public void BeforePut(string collection, Func<Task> act) => put = (collection, act);

    /// <summary>Before the next delete in the collection, once.</summary>
    public void BeforeDelete(string collection, Func<Task> act) => delete = (collection, act);

    public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref finds);
        return inner.FindAsync(collection, id, cancellationToken);
    }

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        inner.ListAsync(collection, key, afterId, limit, cancellationToken);

    public async Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken)
    {
        if (put is { } hook && hook.Collection == collection)
        {
            put = null;
            await hook.Act();
        }

        return await inner.PutAsync(collection, document, expectedVersion, cancellationToken);
    }

    public async Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken)
    {
        if (delete is { } hook && hook.Collection == collection)
        {
            delete = null;
            await hook.Act();
        }

        return await inner.DeleteAsync(collection, id, expectedVersion, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) => inner.ListCollectionsAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
