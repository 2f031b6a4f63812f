using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters.Compute;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Networking;

namespace Portal.Core.Clusters.Creation;

/// <summary>What a project may choose from, asked with the person's own token and kept for a minute (the room: ten seconds).</summary>
internal sealed class ClusterOffer(
    IMagnumClient magnum, INovaClient nova, INeutronClient neutron, IGlanceClient glance, ProjectRoomReader room, IAuditLog audit, TimeProvider time) : IClusterOffer
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RoomKept = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(CloudRegion Region, string Project, string User, string Kind), (DateTimeOffset At, object Value)> cache = new();

    public async Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken) =>
        await CachedAsync<IReadOnlyList<ClusterTemplate>>(scope, "templates", Kept, async () =>
            [.. (await magnum.ListTemplatesAsync(scope, cancellationToken).ConfigureAwait(false)).Where(t => !t.IsHidden).OrderBy(t => t.Name, StringComparer.Ordinal)]).ConfigureAwait(false);

    public Task<IReadOnlyList<Keypair>> ListKeypairsAsync(Scope scope, CancellationToken cancellationToken) =>
        CachedAsync(scope, "keypairs", Kept, () => nova.ListKeypairsAsync(scope, cancellationToken));

    public async Task<Keypair> ImportKeypairAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        Keypair made;
        try
        {
            made = await nova.ImportKeypairAsync(scope, name, publicKey, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            await audit.WriteAsync(scope, "keypair.import", "keypair/" + name, e.Failure.ToString(), cancellationToken, e.RequestId is null ? null : [e.RequestId]).ConfigureAwait(false);
            throw e.Failure is BackendFailure.Invalid or BackendFailure.Conflict or BackendFailure.QuotaExceeded
                ? new ClusterInvalidException([FieldError.Of(nameof(ClusterSpec.Keypair), "keypair-refused", ("message", e.Answer ?? ""))])
                : e;
        }

        cache.TryRemove(Key(scope, "keypairs"), out _);
        await audit.WriteAsync(scope, "keypair.import", "keypair/" + made.Name, "ok", cancellationToken).ConfigureAwait(false);
        return made;
    }

    public Task<IReadOnlyList<Flavor>> ListFlavorsAsync(Scope scope, CancellationToken cancellationToken) =>
        CachedAsync(scope, "flavors", Kept, () => nova.ListFlavorsAsync(scope, cancellationToken));

    public Task<IReadOnlyList<Network>> ListNetworksAsync(Scope scope, CancellationToken cancellationToken) =>
        CachedAsync(scope, "networks", Kept, () => neutron.ListNetworksAsync(scope, cancellationToken));

    public Task<IReadOnlyList<ImageRef>> ListImagesAsync(Scope scope, CancellationToken cancellationToken) =>
        CachedAsync(scope, "images", Kept, () => glance.ListImagesAsync(scope, cancellationToken));

    public Task<ProjectRoom> GetRoomAsync(Scope scope, CancellationToken cancellationToken) =>
        CachedAsync(scope, "room", RoomKept, () => room.ReadAsync(scope, cancellationToken));

    private async Task<T> CachedAsync<T>(Scope scope, string kind, TimeSpan kept, Func<Task<T>> read)
        where T : class
    {
        scope.Demand(Capability.Read);
        var key = Key(scope, kind);
        if (cache.TryGetValue(key, out var known) && time.GetUtcNow() - known.At < kept)
        {
            return (T)known.Value;
        }

        var value = await read().ConfigureAwait(false);
        Forget();
        cache[key] = (time.GetUtcNow(), value);
        return value;
    }

    private void Forget()
    {
        var oldest = time.GetUtcNow() - Kept;
        foreach (var (key, entry) in cache.Where(e => e.Value.At < oldest).ToImmutableArray())
        {
            cache.TryRemove(KeyValuePair.Create(key, entry));
        }
    }

    private static (CloudRegion Region, string Project, string User, string Kind) Key(Scope scope, string kind) => (scope.Region, scope.ProjectId, scope.UserId, kind);
}
