using Portal.Core.Registry.Creation;

namespace Portal.Core.Mapping;

/// <summary>Counts the projects that have a place in Harbor, ready or begun.</summary>
internal sealed class MappedRegistryUse(MappingStore store) : IRegistryUse
{
    public async Task<int> CountAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await foreach (var mapping in store.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            count += mapping.HarborProjectId is null ? 0 : 1;
        }

        return count;
    }
}
