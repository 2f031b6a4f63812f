using Portal.Core.Storage;

namespace Portal.Core.Registry.Creation;

/// <summary>The Harbor that was registered in the console, or is being made. Passwords are encrypted and bound to their place.</summary>
internal sealed record HarborRecord
{
    /// <summary>Id of the only document.</summary>
    public const string Id = "harbor";

    /// <summary>Gets the kind of document.</summary>
    public static DocumentType<HarborRecord> Type { get; } = new("harbor_registrations", 1, _ => []);

    /// <summary>Gets the address, or null while the Harbor of <see cref="Stack"/> was never registered.</summary>
    public string? Url { get; init; }

    /// <summary>Gets the account's name.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Gets the account's password, encrypted.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the certificates (PEM) that are believed for it alone, or null.</summary>
    public string? Authority { get; init; }

    /// <summary>Gets when it was registered (UTC).</summary>
    public DateTimeOffset? RegisteredAt { get; init; }

    /// <summary>Gets who registered it.</summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Gets the stack that the portal made, or null for a Harbor that somebody else made.</summary>
    public HarborStackRecord? Stack { get; init; }
}

/// <summary>A stack that the portal made.</summary>
internal sealed record HarborStackRecord
{
    /// <summary>Gets Heat's id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the Keystone project that it is in.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the cloud.</summary>
    public required string Cloud { get; init; }

    /// <summary>Gets the region.</summary>
    public required string Region { get; init; }

    /// <summary>Gets what it was made of.</summary>
    public required HarborSpec Spec { get; init; }

    /// <summary>Gets the volume with everything that this Harbor keeps, once it is known.</summary>
    public string? Volume { get; init; }

    /// <summary>Gets whether the registration is this stack's Harbor.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>Gets the password of <c>admin</c>, encrypted; null after a Harbor that came with its volume.</summary>
    public string? AdminPassword { get; init; }
}

/// <summary>The secrets of a plan that makes a Harbor, encrypted; kept before any of them is sent, gone when the Harbor is entered or taken back.</summary>
internal sealed record HarborSecrets
{
    /// <summary>Gets the kind of document; its id is the plan's.</summary>
    public static DocumentType<HarborSecrets> Type { get; } = new("harbor_secrets", 1, _ => []);

    /// <summary>Gets the private half of the bootstrap key; null once it was thrown away.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>Gets the public half, in clear: what the instance was given.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Gets what <c>admin</c>'s password becomes.</summary>
    public required string AdminPassword { get; init; }

    /// <summary>Gets the password of the portal's own account.</summary>
    public required string Password { get; init; }
}
