using Portal.Core.Backends;
using Portal.Core.Registry.Settings;

namespace Portal.Core.Registry.Harbor;

/// <summary>Settings and rules of a Harbor project, with the portal's own account. Fails with <see cref="BackendException"/> only.</summary>
internal interface IHarborSettings
{
    Task<ImageSettings> GetAsync(RegistryPlace place, CancellationToken cancellationToken);

    Task SetPublicAsync(RegistryPlace place, bool isPublic, CancellationToken cancellationToken);

    Task SetScanningAsync(RegistryPlace place, ScanSettings scanning, CancellationToken cancellationToken);

    Task ProtectAsync(RegistryPlace place, TagProtection protection, CancellationToken cancellationToken);

    Task UnprotectAsync(RegistryPlace place, long id, CancellationToken cancellationToken);

    /// <summary>Gives the retention policy, or null.</summary>
    Task<RetentionPolicy?> FindRetentionAsync(RegistryPlace place, CancellationToken cancellationToken);

    /// <summary>Makes the policy when it has no id yet, else replaces it.</summary>
    Task SaveRetentionAsync(RetentionPolicy policy, CancellationToken cancellationToken);

    /// <summary>Begins a run and gives its id.</summary>
    Task<long> StartRetentionAsync(RetentionPolicy policy, bool isTrial, CancellationToken cancellationToken);

    /// <summary>Says how a run went so far.</summary>
    Task<RetentionRun> GetRunAsync(RetentionPolicy policy, long run, bool isTrial, CancellationToken cancellationToken);
}
