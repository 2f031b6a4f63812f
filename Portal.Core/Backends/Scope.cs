using System.Collections.Immutable;

namespace Portal.Core.Backends;

/// <summary>One region of one cloud; together with a project the address of everything a tenant sees.</summary>
/// <param name="Cloud">Name of the cloud in the configuration.</param>
/// <param name="Region">Keystone region id.</param>
public sealed record CloudRegion(string Cloud, string Region);

/// <summary>What somebody may do. Code asks for these, never for Keystone's roles; a table in the configuration says which role gives which.</summary>
public enum Capability
{
    /// <summary>See the project's things.</summary>
    Read,

    /// <summary>Create, change and delete the project's things.</summary>
    Write,

    /// <summary>Open the platform team's console.</summary>
    Administer,
}

/// <summary>In whose name and where a call is made. Every call to a backend takes one.</summary>
public sealed record Scope
{
    /// <summary>Gets cloud and region.</summary>
    public required CloudRegion Region { get; init; }

    /// <summary>Gets the Keystone project id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the Keystone project name, for people only.</summary>
    public required string ProjectName { get; init; }

    /// <summary>Gets the Keystone user id of the person (or of the portal's service user).</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the person's name as Keystone gives it.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets what the person may do in the project.</summary>
    public required ImmutableHashSet<Capability> Capabilities { get; init; }

    /// <summary>Gets where tokens scoped to the project come from.</summary>
    public required ITokenSource Tokens { get; init; }

    /// <summary>Gets whether the person may do this here.</summary>
    public bool Can(Capability capability) => Capabilities.Contains(capability);

    /// <summary>Throws when the person may not do this here. Called in Core, where data is read or changed.</summary>
    /// <exception cref="ForbiddenException">The capability is missing.</exception>
    public void Demand(Capability capability)
    {
        if (!Can(capability))
        {
            throw new ForbiddenException(capability, ProjectId);
        }
    }

    /// <summary>Gives neither token nor capabilities: safe for logs.</summary>
    public override string ToString() => $"{UserName} in {ProjectId} ({Region.Cloud}/{Region.Region})";
}

/// <summary>Gives Keystone tokens scoped to one project, renewed unseen.</summary>
public interface ITokenSource
{
    /// <summary>Gives a token that is valid for at least the next minute.</summary>
    /// <exception cref="BackendException">Keystone refused or does not answer; <see cref="BackendFailure.SignInAgain"/> when only a new sign-in helps.</exception>
    Task<ScopedToken> GetTokenAsync(CancellationToken cancellationToken);

    /// <summary>Says that a backend refused this token (401); the next call gets another.</summary>
    Task RefuseAsync(ScopedToken token, CancellationToken cancellationToken);
}

/// <summary>A Keystone token scoped to a project, with the catalog's endpoints that came with it.</summary>
/// <param name="Value">The secret; never in a log, an exception or a URL.</param>
/// <param name="ExpiresAt">End of its life, UTC.</param>
/// <param name="Endpoints">Catalog: service type → base URL of the chosen interface in the scope's region.</param>
public sealed record ScopedToken(string Value, DateTimeOffset ExpiresAt, ImmutableDictionary<string, string> Endpoints)
{
    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"token until {ExpiresAt:O}";
}
