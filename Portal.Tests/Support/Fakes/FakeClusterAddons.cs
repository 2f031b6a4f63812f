using Portal.Core.Addons.Life;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>The add-ons of the first plan, nothing on offer.</summary>
internal sealed class FakeClusterAddons(FakePlans plans) : IClusterAddons
{
    public async Task<IReadOnlyList<WantedAddon>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var all = await plans.ListAsync(scope, "cluster/" + clusterId, cancellationToken);
        return all.Count == 0 ? [] : [.. all[0].Steps.Where(s => s.Id.StartsWith("addon.", StringComparison.Ordinal)).Select(s => new WantedAddon(s.Id["addon.".Length..], all[0], s, false))];
    }

    public Task<IReadOnlyList<AddonOffer>> ListOffersAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AddonOffer>>([]);

    public Task<AddonDiff> CompareAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Plan> ChangeAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, IReadOnlyList<string> overwrite, CancellationToken cancellationToken) => throw new NotSupportedException();
}
