using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Core.Registry;

/// <summary>A repository's name in its two parts.</summary>
/// <param name="Project">Harbor project.</param>
/// <param name="Name">Name in it; may have slashes.</param>
public sealed partial record RepositoryName(string Project, string Name)
{
    /// <summary>Gets the whole name: <c>team-a/web/frontend</c>.</summary>
    public string Full => $"{Project}/{Name}";

    /// <summary>Reads a whole name, or null when it has no project.</summary>
    public static RepositoryName? Parse(string full) =>
        full.Split('/', 2) is [{ Length: > 0 } project, { Length: > 0 } name] ? new(project, name) : null;

    /// <summary>Says whether a repository can have this name in its project, by the rule of registries.</summary>
    public static bool IsName(string name) => Form().IsMatch(name);

    [GeneratedRegex("^(?=.{1,255}\\z)[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\\z")]
    private static partial Regex Form();
}

/// <summary>Which part of a list is wanted; filter and order are Harbor's work.</summary>
/// <param name="Text">Part of a name or tag, or a digest's beginning; empty for all.</param>
/// <param name="Sort">Order; what a list cannot be sorted by gives its default.</param>
/// <param name="IsAscending">Whether the smallest comes first.</param>
/// <param name="Page">Page, from 1.</param>
public sealed record ImageQuery(string Text = "", ImageSort Sort = ImageSort.Time, bool IsAscending = false, int Page = 1)
{
    /// <summary>How many rows a page has.</summary>
    public const int PageSize = 25;
}

/// <summary>What lists are sorted by.</summary>
public enum ImageSort
{
    /// <summary>Change of a repository, push of an artifact.</summary>
    Time,

    /// <summary>Name.</summary>
    Name,

    /// <summary>Pulls of a repository; last pull of an artifact.</summary>
    Pulls,

    /// <summary>Size.</summary>
    Size,
}

/// <summary>A page of a list.</summary>
/// <param name="Items">Its rows.</param>
/// <param name="Total">How many rows there are in all.</param>
public sealed record ImagePage<T>(ImmutableArray<T> Items, long Total);

/// <summary>A project that everybody may pull from.</summary>
/// <param name="Name">Name.</param>
/// <param name="RepositoryCount">Repositories in it.</param>
public sealed record PublicProject(string Name, long RepositoryCount);

/// <summary>A repository.</summary>
/// <param name="Name">Name.</param>
/// <param name="Description">Description, may be empty.</param>
/// <param name="ArtifactCount">Artifacts in it.</param>
/// <param name="PullCount">Pulls so far.</param>
/// <param name="UpdatedAt">Last change (UTC).</param>
public sealed record Repository(RepositoryName Name, string Description, long ArtifactCount, long PullCount, DateTimeOffset UpdatedAt);

/// <summary>An artifact: an image, an index of several, or something else that a registry keeps.</summary>
public sealed record Artifact
{
    /// <summary>Gets the digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Gets Harbor's word for what it is: <c>IMAGE</c>, <c>CHART</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>Gets whether it only lists other artifacts (one for each platform).</summary>
    public bool IsIndex { get; init; }

    /// <summary>Gets the size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Gets the platform, <c>linux/arm64/v8</c>, or null.</summary>
    public string? Platform { get; init; }

    /// <summary>Gets the tags, by name.</summary>
    public ImmutableArray<ImageTag> Tags { get; init; } = [];

    /// <summary>Gets the labels' names.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Gets the push (UTC).</summary>
    public DateTimeOffset PushedAt { get; init; }

    /// <summary>Gets the last pull (UTC), or null for never.</summary>
    public DateTimeOffset? PulledAt { get; init; }

    /// <summary>Gets when it was built (UTC), or null.</summary>
    public DateTimeOffset? BuiltAt { get; init; }

    /// <summary>Gets the author that the image names, or null.</summary>
    public string? Author { get; init; }

    /// <summary>Gets the last scan, or null when it was never scanned.</summary>
    public ScanSummary? Scan { get; init; }

    /// <summary>Gets whether Harbor has written down what it is made of (from 2.11 on).</summary>
    public bool HasBill { get; init; }

    /// <summary>Gets what an index lists.</summary>
    public ImmutableArray<ArtifactPart> Parts { get; init; } = [];

    /// <summary>Gets what was attached to it: signatures, SBOMs.</summary>
    public ImmutableArray<Accessory> Accessories { get; init; } = [];
}

/// <summary>A tag.</summary>
/// <param name="Name">Name.</param>
/// <param name="IsImmutable">Whether a rule of the project keeps it.</param>
/// <param name="PushedAt">When it was put there (UTC).</param>
public sealed record ImageTag(string Name, bool IsImmutable, DateTimeOffset PushedAt);

/// <summary>One artifact of an index.</summary>
/// <param name="Digest">Digest.</param>
/// <param name="Platform">Platform, or null when it is none (an attestation).</param>
/// <param name="IsAttestation">Whether it tells how another one was built instead of being an image.</param>
public sealed record ArtifactPart(string Digest, string? Platform, bool IsAttestation);

/// <summary>Something attached to an artifact.</summary>
/// <param name="Digest">Digest.</param>
/// <param name="Type">Harbor's word: <c>signature.cosign</c>, …</param>
/// <param name="Size">Size in bytes.</param>
public sealed record Accessory(string Digest, string Type, long Size);

/// <summary>How bad a finding is; worst first.</summary>
public enum Severity
{
    /// <summary>Critical.</summary>
    Critical,

    /// <summary>High.</summary>
    High,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Negligible.</summary>
    Negligible,

    /// <summary>Not told, or a word that is not known here.</summary>
    Unknown,
}

/// <summary>Where a scan stands.</summary>
public enum ScanState
{
    /// <summary>Waits for the scanner.</summary>
    Pending,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Failed.</summary>
    Failed,

    /// <summary>Stopped by somebody.</summary>
    Stopped,
}

/// <summary>What a scan found, in numbers.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Counts">Findings by severity; those without are absent.</param>
/// <param name="Fixable">How many have a fix.</param>
/// <param name="EndedAt">When it ended (UTC), or null.</param>
/// <param name="Scanner">Scanner with version, or null.</param>
public sealed record ScanSummary(ScanState State, ImmutableDictionary<Severity, int> Counts, int Fixable, DateTimeOffset? EndedAt, string? Scanner)
{
    /// <summary>Gets whether it is still to come.</summary>
    public bool IsMoving => State is ScanState.Pending or ScanState.Running;

    /// <summary>Gets how many there are in all.</summary>
    public int Total => Counts.Values.Sum();
}

/// <summary>What a scanner found.</summary>
/// <param name="GeneratedAt">When (UTC), or null.</param>
/// <param name="Scanner">Scanner with version, or null.</param>
/// <param name="Findings">The findings, worst first.</param>
public sealed record VulnerabilityReport(DateTimeOffset? GeneratedAt, string? Scanner, ImmutableArray<Vulnerability> Findings);

/// <summary>One finding.</summary>
/// <param name="Id">CVE or the scanner's own id.</param>
/// <param name="Package">Package.</param>
/// <param name="Version">Its version in the image.</param>
/// <param name="FixVersion">The version without it, or null when there is none yet.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Description">Description, may be empty.</param>
/// <param name="Link">A page about it (http or https), or null.</param>
/// <param name="Score">CVSS score, or null.</param>
public sealed record Vulnerability(string Id, string Package, string Version, string? FixVersion, Severity Severity, string Description, string? Link, double? Score);

/// <summary>One step of a build.</summary>
/// <param name="At">When (UTC), or null.</param>
/// <param name="Command">What was done.</param>
/// <param name="IsEmpty">Whether it added no layer.</param>
public sealed record BuildStep(DateTimeOffset? At, string Command, bool IsEmpty);
