using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Delivery;

/// <summary>The place that the mapping made, with the password of the project's Harbor user; it leaves Core in no answer.</summary>
internal sealed class MappedRegistryPlaces(MappingStore store) : IRegistryPlaces
{
    public async Task<RegistryPlace?> FindAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var mapping = await store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false);
        if (mapping is not { ReadyAt: not null, HarborProjectId: { } id })
        {
            return null;
        }

        var password = mapping.UserId is null ? null : store.Open(mapping.ProjectId, "user", mapping.Password);
        return new RegistryPlace(id, mapping.HarborProject, mapping.RegistryHost, password is null ? null : new HarborLogin(mapping.UserName, password));
    }
}
