using System.Collections.Immutable;

namespace Portal.Core.Identity.Keystone;

/// <summary>A Keystone token and what Keystone said with it.</summary>
public sealed record KeystoneToken
{
    /// <summary>Gets the secret.</summary>
    public required string Value { get; init; }

    /// <summary>Gets when it was made, UTC.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Gets the end of its life, UTC. Rescoping never extends it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Gets the user's id; 64 hex digits when federated.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the user's name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets the project it is scoped to, or null.</summary>
    public Project? Project { get; init; }

    /// <summary>Gets role names, implied ones included; empty when unscoped.</summary>
    public ImmutableHashSet<string> Roles { get; init; } = [];

    /// <summary>Gets the catalog; empty when unscoped.</summary>
    public ImmutableArray<CatalogEndpoint> Catalog { get; init; } = [];

    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"token of {UserName} in {Project?.Id ?? "no project"} until {ExpiresAt:O}";
}

/// <summary>One endpoint of the catalog.</summary>
/// <param name="ServiceType">Service type: <c>container-infra</c>.</param>
/// <param name="Interface"><c>public</c>, <c>internal</c> or <c>admin</c>.</param>
/// <param name="Region">Region id.</param>
/// <param name="Url">Base URL.</param>
public sealed record CatalogEndpoint(string ServiceType, string Interface, string Region, string Url);
