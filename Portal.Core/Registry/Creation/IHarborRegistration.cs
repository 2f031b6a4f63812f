using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Verification;

namespace Portal.Core.Registry.Creation;

/// <summary>Which Harbor the portal works with, and how it gets one. For administrators of the platform: every method needs <see cref="Capability.Administer"/>, and refusals are audited.</summary>
public interface IHarborRegistration
{
    /// <summary>Says which Harbor is used, and which stack the portal made.</summary>
    Task<HarborHome> GetAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Makes a Harbor through Heat by a plan, in the scope's project, and registers it.</summary>
    /// <exception cref="ClusterInvalidException">Something is to be corrected.</exception>
    /// <exception cref="ClusterActionException">The portal made one already.</exception>
    /// <exception cref="SubjectLockedException">Another plan runs.</exception>
    Task<Plan> CreateAsync(Scope scope, HarborSpec spec, CancellationToken cancellationToken);

    /// <summary>Puts a new instance of another image on the volume of the one that is there, by a plan; there is no Harbor in between.</summary>
    /// <exception cref="ClusterInvalidException">Something is to be corrected, or the name typed is another.</exception>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan runs.</exception>
    Task<Plan> UpgradeAsync(Scope scope, string image, string flavor, string typedName, CancellationToken cancellationToken);

    /// <summary>Deletes the stack by a plan and forgets the registration; the volume stays. While projects have their places there the stack's name must be typed.</summary>
    /// <exception cref="ClusterInvalidException">The name typed is another.</exception>
    /// <exception cref="ClusterActionException">Not possible now.</exception>
    /// <exception cref="SubjectLockedException">Another plan runs.</exception>
    Task<Plan> DeleteAsync(Scope scope, string? typedName, CancellationToken cancellationToken);

    /// <summary>Tests a Harbor that is there already, without making anything, and registers it when no check fails.</summary>
    /// <exception cref="ClusterInvalidException">Something is to be corrected.</exception>
    /// <exception cref="ClusterActionException">The portal made one, which must be deleted first.</exception>
    Task<RegistrationResult> RegisterAsync(Scope scope, ExistingHarbor harbor, Action<CheckResult> told, CancellationToken cancellationToken);

    /// <summary>Forgets a Harbor that somebody else made; nothing in it is changed. While projects have their places there its host must be typed.</summary>
    /// <exception cref="ClusterInvalidException">The host typed is another.</exception>
    /// <exception cref="ClusterActionException">Nothing is registered, or the portal made it.</exception>
    Task ForgetAsync(Scope scope, string? typedHost, CancellationToken cancellationToken);
}

/// <summary>Says how many projects have their places in the registry. Asked here, answered by the mapping.</summary>
internal interface IRegistryUse
{
    /// <summary>Counts them.</summary>
    Task<int> CountAsync(CancellationToken cancellationToken);
}

/// <summary>Where the Harbor in use comes from.</summary>
public enum HarborSource
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>From the configuration, which always wins.</summary>
    Configured,

    /// <summary>It was registered in the console.</summary>
    Registered,
}

/// <summary>Which Harbor the portal works with; without secrets.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Url">Its address, or null for none.</param>
/// <param name="UserName">The portal's account there.</param>
/// <param name="Places">How many projects have their places in it.</param>
public sealed record HarborHome(HarborSource Source, string? Url, string UserName, int Places)
{
    /// <summary>Gets the address that is registered, also while the configuration wins; null for none.</summary>
    public string? RegisteredUrl { get; init; }

    /// <summary>Gets when it was registered (UTC).</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>Gets who registered it.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Gets the stack that the portal made, or null.</summary>
    public HarborStack? Stack { get; init; }

    /// <summary>Gets the plan that runs now, or null.</summary>
    public Plan? Plan { get; init; }
}

/// <summary>A stack that the portal made.</summary>
/// <param name="Id">Heat's id.</param>
/// <param name="Spec">What it was made of.</param>
/// <param name="Volume">Its volume, or null before it is known.</param>
/// <param name="ProjectId">The Keystone project it is in.</param>
/// <param name="IsRegistered">Whether its Harbor is the registered one; otherwise it is being made, or failed.</param>
public sealed record HarborStack(string Id, HarborSpec Spec, string? Volume, string ProjectId, bool IsRegistered);

/// <summary>A Harbor that is there already.</summary>
/// <param name="Url">Address, without <c>/api/v2.0</c>.</param>
/// <param name="UserName">The account for the portal: an administrator.</param>
/// <param name="Password">Its password; never shown again.</param>
/// <param name="Authority">Certificates (PEM) to believe for it alone, or null.</param>
public sealed record ExistingHarbor(string Url, string UserName, string Password, string? Authority)
{
    /// <summary>Hides the password.</summary>
    public override string ToString() => $"{UserName} at {Url}";
}

/// <summary>What came of a registration.</summary>
/// <param name="Report">The connection test.</param>
/// <param name="IsRegistered">Whether the portal uses it now: no check failed.</param>
public sealed record RegistrationResult(VerificationReport Report, bool IsRegistered);
