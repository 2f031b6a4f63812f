using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <summary>Says where a Keystone project's images are and as whom they are read. Asked here, answered by the mapping.</summary>
internal interface IRegistryPlaces
{
    /// <summary>Gives the place of the scope's project, or null while it has none that is ready; needs <see cref="Capability.Read"/>.</summary>
    Task<RegistryPlace?> FindAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>Where a Keystone project's images are.</summary>
/// <param name="HarborProjectId">Harbor's id of the project.</param>
/// <param name="HarborProject">Harbor project's name.</param>
/// <param name="Host">Host (with port) that clients use.</param>
/// <param name="User">The project's Harbor user, or null where Harbor takes its users from elsewhere or no key opens the password any more.</param>
internal sealed record RegistryPlace(long HarborProjectId, string HarborProject, string Host, HarborLogin? User);
