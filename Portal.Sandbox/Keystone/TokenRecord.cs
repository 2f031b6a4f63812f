namespace Portal.Sandbox.Keystone;

/// <summary>What a token holds. Roles are not in it: as with Fernet they are worked out whenever it is used.</summary>
internal sealed class TokenRecord
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required List<string> Methods { get; init; }

    public required List<string> AuditIds { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public string? ProjectId { get; init; }

    public string? DomainId { get; init; }

    public bool System { get; init; }

    public string? IdentityProvider { get; init; }

    public string? Protocol { get; init; }

    public List<string> Groups { get; init; } = [];

    public string? ApplicationCredentialId { get; init; }

    public bool Revoked { get; set; }

    public bool IsFederated => IdentityProvider is not null;

    public bool IsScoped => ProjectId is not null || DomainId is not null || System;
}

/// <summary>Who has which role where. Exactly one of user and group, and one of project, domain and system.</summary>
internal sealed record Assignment(string RoleId)
{
    public string? UserId { get; init; }

    public string? GroupId { get; init; }

    public string? ProjectId { get; init; }

    public string? DomainId { get; init; }

    public bool System { get; init; }

    public bool Inherited { get; init; }
}

/// <summary>A membership; with <see cref="VerifiedAt"/> it was learned at a federated log-in and expires with the identity provider's time to live.</summary>
internal sealed record Membership(string UserId, string GroupId)
{
    public DateTimeOffset? VerifiedAt { get; init; }

    public string? IdentityProvider { get; init; }
}

internal sealed record ImpliedRole(string Prior, string Implied);

internal sealed record Protocol(string IdentityProvider, string Id, string Mapping);
