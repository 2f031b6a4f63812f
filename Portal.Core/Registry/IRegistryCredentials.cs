using Portal.Core.Backends;

namespace Portal.Core.Registry;

/// <summary>
/// Personal credentials for the project's images: robot accounts of the Harbor project with an end, made for one person and
/// shown once. Fails with <see cref="BackendException"/> and <see cref="ForbiddenException"/> only.
/// </summary>
public interface IRegistryCredentials
{
    /// <summary>Gets the lives that can be chosen, in days.</summary>
    static IReadOnlyList<int> Lives { get; } = [1, 7, 30, 90];

    /// <summary>Lists the project's personal credentials, newest first, without secrets; needs <see cref="Capability.Read"/>.</summary>
    Task<IReadOnlyList<PersonalCredential>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Makes a credential for the scope's person; needs <see cref="Capability.Write"/>. Its secret is in this answer and nowhere else. Audited.</summary>
    /// <param name="scope">Where, and for whom.</param>
    /// <param name="mayPush">Whether it may push as well as pull.</param>
    /// <param name="days">Life in days, one of <see cref="Lives"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<MadeCredential> CreateAsync(Scope scope, bool mayPush, int days, CancellationToken cancellationToken);

    /// <summary>Ends a personal credential of the project at once; needs <see cref="Capability.Write"/>. One that is gone is fine; any other robot account is not found. Audited.</summary>
    Task RevokeAsync(Scope scope, long id, CancellationToken cancellationToken);
}

/// <summary>A personal credential, without its secret.</summary>
/// <param name="Id">Harbor's id.</param>
/// <param name="Name">The name to log in with.</param>
/// <param name="UserName">Who it was made for.</param>
/// <param name="MayPush">Whether it may push.</param>
/// <param name="CreatedAt">When (UTC).</param>
/// <param name="ExpiresAt">End of its life (UTC), or null for never.</param>
public sealed record PersonalCredential(long Id, string Name, string UserName, bool MayPush, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A credential that was just made.</summary>
/// <param name="Host">Host (with port) to log in at.</param>
/// <param name="Name">The name to log in with.</param>
/// <param name="Secret">Its secret; never in a log.</param>
/// <param name="ExpiresAt">End of its life (UTC), as Harbor answered.</param>
public sealed record MadeCredential(string Host, string Name, string Secret, DateTimeOffset? ExpiresAt)
{
    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"{Name} at {Host}";
}
