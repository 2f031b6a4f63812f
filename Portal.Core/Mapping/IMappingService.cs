using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping;

/// <summary>One Keystone project's place in Harbor: user, project, membership, robots, quota. Checks project and capability.</summary>
public interface IMappingService
{
    /// <summary>Gives the place of the scope's project, or null while nothing was begun; needs <see cref="Capability.Read"/>.</summary>
    Task<MappedProject?> FindAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Sees to it that the scope's project has its place: gives it when it is ready, else the plan that makes it, started or joined; needs <see cref="Capability.Write"/>.</summary>
    /// <exception cref="SubjectLockedException">Another kind of plan changes the mapping.</exception>
    Task<MappingStatus> EnsureAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Looks at everything again and mends what was changed or deleted by hand, secrets included: the plan that does it, started or joined; needs <see cref="Capability.Write"/>.</summary>
    /// <exception cref="SubjectLockedException">Another kind of plan changes the mapping.</exception>
    Task<MappingStatus> RepairAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives the credential that the project's clusters pull with, or null while it is not ready; needs <see cref="Capability.Write"/>. Each use is audited.</summary>
    /// <param name="scope">Where, and in whose name.</param>
    /// <param name="purpose">What for, for the audit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<RegistryCredential?> GetPullCredentialAsync(Scope scope, string purpose, CancellationToken cancellationToken);

    /// <summary>Gives the pull credential as the content of a Secret of type <c>kubernetes.io/dockerconfigjson</c>, or null while it is not ready; as <see cref="GetPullCredentialAsync"/>.</summary>
    Task<string?> GetPullSecretAsync(Scope scope, string purpose, CancellationToken cancellationToken);
}

/// <summary>A project's place in Harbor, without secrets.</summary>
public sealed record MappedProject
{
    /// <summary>Gets the Keystone project id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the Harbor project's name: the first part of every image's.</summary>
    public required string HarborProject { get; init; }

    /// <summary>Gets the host (with port) that images are pulled from and pushed to.</summary>
    public required string RegistryHost { get; init; }

    /// <summary>Gets the Harbor user's name, or null when Harbor takes its users from elsewhere (OpenID Connect, LDAP) and none could be made.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets Harbor's way of sign-in: <c>db_auth</c>, <c>oidc_auth</c>, <c>ldap_auth</c>.</summary>
    public required string AuthMode { get; init; }

    /// <summary>Gets the pull robot's full name, or null before it is there.</summary>
    public string? PullRobot { get; init; }

    /// <summary>Gets the push robot's full name, or null before it is there.</summary>
    public string? PushRobot { get; init; }

    /// <summary>Gets the storage limit that was set in bytes (-1 unlimited), or null before.</summary>
    public long? StorageLimit { get; init; }

    /// <summary>Gets when everything was there and verified (UTC), or null while it is made.</summary>
    public DateTimeOffset? ReadyAt { get; init; }
}

/// <summary>Where a mapping stands.</summary>
/// <param name="Project">The place, or null while nothing is known.</param>
/// <param name="Plan">The plan that makes it, or null when it is ready.</param>
public sealed record MappingStatus(MappedProject? Project, Plan? Plan)
{
    /// <summary>Gets whether images can be pulled and pushed.</summary>
    public bool IsReady => Project?.ReadyAt is not null;
}

/// <summary>A credential for the registry.</summary>
/// <param name="Host">Host with port.</param>
/// <param name="UserName">Robot's full name.</param>
/// <param name="Password">Its secret; never in a log.</param>
public sealed record RegistryCredential(string Host, string UserName, string Password)
{
    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"{UserName} at {Host}";
}
