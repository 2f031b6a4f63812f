using LiteDB;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portal.Core.Storage.LiteDb;

/// <summary>Documents in one LiteDB file. Readers go to the file directly, writes through one queue.</summary>
internal sealed class LiteDbHome(string folder, ILogger<LiteDbHome>? logger = null) : IDocumentHome
{
    // An index entry is key, separator, id: a range of it is a list by key, in the order of ids.
    private const char Separator = '\u0001';
    private const char AfterSeparator = '\u0002';

    private LiteDbFile? file;
    private LiteDbWriter? writer;

    /// <summary>The open file.</summary>
    internal LiteDbFile File => file ?? throw new StorageException("The storage is not open.");

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        file = LiteDbFile.Open(folder, logger ?? NullLogger<LiteDbHome>.Instance);
        writer = new LiteDbWriter(file);
        return Task.CompletedTask;
    }

    public Task<RawDocument?> FindAsync(string collection, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = File.Run(database => database.GetCollection(collection).FindById(id));
        return Task.FromResult(found is null ? null : ToRaw(found));
    }

    public Task<IReadOnlyList<RawDocument>> ListAsync(string collection, string? key, string? afterId, int limit, CancellationToken cancellationToken) =>
        Task.Run<IReadOnlyList<RawDocument>>(() => [.. File.Run(database => List(database, collection, key, afterId, limit)).Select(ToRaw)], cancellationToken);

    public Task<long> PutAsync(string collection, RawDocument document, long? expectedVersion, CancellationToken cancellationToken) =>
        Writer().WriteAsync(collection, database => Put(database, collection, document, expectedVersion), cancellationToken);

    public async Task<bool> DeleteAsync(string collection, string id, long? expectedVersion, CancellationToken cancellationToken) =>
        await Writer().WriteAsync(null, database => Delete(database, collection, id, expectedVersion) ? 1 : 0, cancellationToken).ConfigureAwait(false) == 1;

    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([.. File.Run(database => database.GetCollectionNames().Order(StringComparer.Ordinal).ToList())]);

    public async ValueTask DisposeAsync()
    {
        if (writer is not null)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        file?.Dispose();
        (writer, file) = (null, null);
    }

    private LiteDbWriter Writer() => writer ?? throw new StorageException("The storage is not open.");

    private static List<BsonDocument> List(LiteDatabase database, string collection, string? key, string? afterId, int limit)
    {
        var query = database.GetCollection(collection).Query();
        if (key is null)
        {
            return (afterId is null ? query : query.Where("$._id > @0", afterId)).OrderBy("$._id").Limit(limit).ToList();
        }

        var from = key + Separator + afterId;
        var found = query.Where("$.k[*] ANY BETWEEN @0 AND @1", from, key + AfterSeparator).Limit(limit + 1).ToEnumerable();
        return [.. found.Where(d => d["_id"].AsString != afterId).Take(limit)];
    }

    private static long Put(LiteDatabase database, string collection, RawDocument document, long? expectedVersion)
    {
        var documents = database.GetCollection(collection);
        var now = documents.FindById(document.Id);
        var version = Require(collection, document.Id, now, expectedVersion);
        if (now is not null && now["s"].AsInt32 > document.Schema)
        {
            throw new NewerSchemaException(collection, document.Id, now["s"].AsInt32, document.Schema);
        }

        documents.Upsert(ToBson(document, version + 1));
        return version + 1;
    }

    private static bool Delete(LiteDatabase database, string collection, string id, long? expectedVersion)
    {
        var documents = database.GetCollection(collection);
        Require(collection, id, documents.FindById(id), expectedVersion);
        return documents.Delete(id);
    }

    private static long Require(string collection, string id, BsonDocument? now, long? expectedVersion)
    {
        var version = now is null ? 0 : now["v"].AsInt64;
        return expectedVersion is null || expectedVersion == version ? version : throw new StoreConflictException(collection, id);
    }

    private static BsonDocument ToBson(RawDocument document, long version) => new()
    {
        ["_id"] = document.Id,
        ["v"] = version,
        ["s"] = document.Schema,
        ["k"] = new BsonArray(document.Keys.Select(key => new BsonValue(key + Separator + document.Id))),
        ["j"] = document.Json,
    };

    private static RawDocument ToRaw(BsonDocument d) => new(
        d["_id"].AsString,
        d["v"].AsInt64,
        d["s"].AsInt32,
        [.. d["k"].AsArray.Select(k => k.AsString[..k.AsString.IndexOf(Separator)])],
        d["j"].AsString);
}
