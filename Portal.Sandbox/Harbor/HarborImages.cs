namespace Portal.Sandbox.Harbor;

/// <summary>A repository with its artifacts.</summary>
internal sealed class HarborRepository
{
    public long Id { get; set; }

    public long ProjectId { get; set; }

    /// <summary>Gets or sets the name with the project's before it: <c>team-a/web/frontend</c>.</summary>
    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public long PullCount { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<HarborArtifact> Artifacts { get; set; } = [];
}

internal sealed class HarborArtifact
{
    public long Id { get; set; }

    public string Digest { get; set; } = "";

    /// <summary>Gets or sets the media type that the manifest was pushed as, or an empty text when only the manifest says it.</summary>
    public string MediaType { get; set; } = "";

    /// <summary>Gets or sets the manifest, byte for byte.</summary>
    public string Manifest { get; set; } = "";

    /// <summary>Gets or sets the configuration's JSON, or an empty text when it is not known.</summary>
    public string Config { get; set; } = "";

    /// <summary>Gets or sets the digests of manifest, configuration and layers.</summary>
    public List<string> Blobs { get; set; } = [];

    public long Size { get; set; }

    /// <summary>Gets or sets findings by severity when it was scanned, or null.</summary>
    public Dictionary<string, int>? Findings { get; set; }

    /// <summary>Gets or sets when the last scan was asked for, or null.</summary>
    public DateTimeOffset? ScanBegan { get; set; }

    /// <summary>Gets or sets when it ended, or null.</summary>
    public DateTimeOffset? ScanEnded { get; set; }

    /// <summary>Gets or sets who asked for the last scan.</summary>
    public string ScanBy { get; set; } = "";

    /// <summary>Gets or sets whether the scanner finds nothing in it.</summary>
    public bool IsClean { get; set; }

    public List<long> Labels { get; set; } = [];

    public List<HarborTag> Tags { get; set; } = [];

    public DateTimeOffset PushedAt { get; set; }

    public DateTimeOffset? PulledAt { get; set; }
}

/// <summary>A manifest, configuration or layer.</summary>
internal sealed class HarborBlob
{
    public long Size { get; set; }

    /// <summary>Gets or sets the bytes of small ones; layers of worlds have only a size.</summary>
    public byte[]? Content { get; set; }

    /// <summary>Gets or sets whether the registry behind this Harbor has it.</summary>
    public bool InRegistry { get; set; }
}

internal sealed class HarborTag
{
    public long Id { get; set; }

    public string Name { get; set; } = "";

    public DateTimeOffset PushedAt { get; set; }

    public DateTimeOffset? PulledAt { get; set; }
}

/// <summary>Something that is kept as it was sent: a label, a web hook policy, an immutable tag rule.</summary>
internal sealed class HarborRule
{
    public string Kind { get; set; } = "";

    public long Id { get; set; }

    public long ProjectId { get; set; }

    public System.Text.Json.Nodes.JsonObject Body { get; set; } = [];

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }
}
