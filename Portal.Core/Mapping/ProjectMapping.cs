using Portal.Core.Storage;

namespace Portal.Core.Mapping;

/// <summary>What one Keystone project has in Harbor, as it is kept. The Keystone project id is the key; names are remembered, never derived again.</summary>
internal sealed record ProjectMapping
{
    /// <summary>Gets the kind of document; its id is the Keystone project id.</summary>
    public static DocumentType<ProjectMapping> Type { get; } = new("mappings", 1, m => [$"project:{m.ProjectId}"]);

    /// <summary>Gets the Keystone project id.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the Harbor project's name, reserved for this project.</summary>
    public required string HarborProject { get; init; }

    /// <summary>Gets the Harbor user's name.</summary>
    public required string UserName { get; init; }

    /// <summary>Gets since when the portal may have made things here (UTC, Harbor's clock); what is older is somebody else's.</summary>
    public required DateTimeOffset IntentAt { get; init; }

    /// <summary>Gets the cloud that the project is in, as the configuration names it; null in records from before.</summary>
    public string? Cloud { get; init; }

    /// <summary>Gets Harbor's way of sign-in when it was last looked at.</summary>
    public required string AuthMode { get; init; }

    /// <summary>Gets the host (with port) that images are pulled from.</summary>
    public required string RegistryHost { get; init; }

    /// <summary>Gets the Harbor project's id, once it was seen to be ours.</summary>
    public long? HarborProjectId { get; init; }

    /// <summary>Gets when Harbor made that project (Harbor's clock): a Harbor restored from an older copy gives its ids away again. Null in records from before.</summary>
    public DateTimeOffset? HarborProjectMadeAt { get; init; }

    /// <summary>Gets the Harbor user's id, once it was seen to be ours.</summary>
    public long? UserId { get; init; }

    /// <summary>Gets the Harbor user's password, encrypted.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the storage limit that was set in bytes, or null before.</summary>
    public long? StorageLimit { get; init; }

    /// <summary>Gets the robot that pulls.</summary>
    public MappedRobot Pull { get; init; } = new();

    /// <summary>Gets the robot that is to pull in its place, while that one is renewed; null else.</summary>
    public MappedRobot? NextPull { get; init; }

    /// <summary>Gets the robot that pushes.</summary>
    public MappedRobot Push { get; init; } = new();

    /// <summary>Gets when everything was there and verified (UTC), or null.</summary>
    public DateTimeOffset? ReadyAt { get; init; }
}

/// <summary>A robot account of a mapping.</summary>
internal sealed record MappedRobot
{
    /// <summary>Gets its name without prefix and project, or null for that of its kind.</summary>
    public string? Name { get; init; }

    /// <summary>Gets Harbor's id, or null before.</summary>
    public long? Id { get; init; }

    /// <summary>Gets the name to log in with, as Harbor gave it.</summary>
    public string? FullName { get; init; }

    /// <summary>Gets the secret, encrypted. It is kept before the robot is made, so that it cannot be lost between.</summary>
    public string? Secret { get; init; }
}

/// <summary>Says which Keystone project a Harbor project's name belongs to; two of the same name cannot both have it.</summary>
/// <param name="ProjectId">Keystone project id.</param>
internal sealed record ReservedName(string ProjectId)
{
    /// <summary>Gets the kind of document; its id is the Harbor project's name.</summary>
    public static DocumentType<ReservedName> Type { get; } = new("mapping_names", 1, n => [$"project:{n.ProjectId}"]);
}
