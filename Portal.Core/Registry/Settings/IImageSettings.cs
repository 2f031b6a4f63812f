using Portal.Core.Backends;

namespace Portal.Core.Registry.Settings;

/// <summary>
/// The settings of the scope's own Harbor project. They are read and changed with the portal's account, since the project's own
/// Harbor user may not. Fails with <see cref="BackendException"/> and <see cref="ForbiddenException"/> only;
/// <see cref="BackendFailure.NotFound"/> while the project has no place. Reads need <see cref="Capability.Read"/>, changes
/// <see cref="Capability.Write"/>; changes are audited.
/// </summary>
public interface IImageSettings
{
    /// <summary>Gives the settings, and how full the place is.</summary>
    Task<ImageSettings> GetAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lets everybody pull, or only who has a login of the project.</summary>
    Task SetPublicAsync(Scope scope, bool isPublic, CancellationToken cancellationToken);

    /// <summary>Says when images are scanned, and which cannot be pulled then.</summary>
    Task SetScanningAsync(Scope scope, ScanSettings scanning, CancellationToken cancellationToken);

    /// <summary>Keeps tags from being moved or deleted. <see cref="BackendFailure.Conflict"/>: there is such a rule.</summary>
    Task ProtectAsync(Scope scope, TagProtection protection, CancellationToken cancellationToken);

    /// <summary>Takes such a rule away; one that is gone is fine.</summary>
    Task UnprotectAsync(Scope scope, long id, CancellationToken cancellationToken);
}

/// <summary>What is kept of the scope's own images, and what is deleted by itself; as <see cref="IImageSettings"/>.</summary>
public interface IImageRetention
{
    /// <summary>Gives the rules, or null while there are none.</summary>
    Task<Retention?> FindAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Adds a rule; the first one makes the policy, which is run by hand only.</summary>
    Task AddAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken);

    /// <summary>Takes a rule away. <see cref="BackendFailure.Conflict"/>: the rules are others by now.</summary>
    Task RemoveAsync(Scope scope, KeepRule rule, CancellationToken cancellationToken);

    /// <summary>Says when the rules are run.</summary>
    Task SetScheduleAsync(Scope scope, RetentionSchedule schedule, CancellationToken cancellationToken);

    /// <summary>Runs the rules and waits for the end, half a minute at most.</summary>
    /// <param name="scope">Where, and for whom.</param>
    /// <param name="isTrial">Whether nothing is to be deleted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<RetentionRun> RunAsync(Scope scope, bool isTrial, CancellationToken cancellationToken);
}
