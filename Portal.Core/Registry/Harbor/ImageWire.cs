using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Registry.Harbor;

/// <summary>Repositories and artifacts as Harbor writes them: fields that are false, zero or empty may be missing, lists may be null, the year 1 is never.</summary>
internal static class ImageWire
{
    private const string Index = "index";
    private const string ManifestList = "manifest.list";
    private const string BillAccessory = "sbom.harbor";
    private const string Attestation = "vnd.docker.reference.type";

    private static DateTimeOffset? Moment(DateTimeOffset? time) => time is { Year: > 1 } ? time : null;

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? Moment(time) : null;

    private static string? Platform(string? os, string? architecture, string? variant)
    {
        var parts = new[] { os, architecture, variant }.Where(p => !string.IsNullOrEmpty(p) && p != "unknown").ToList();
        return parts.Count == 0 ? null : string.Join('/', parts);
    }

    private static Severity SeverityOf(string? word) => Enum.TryParse<Severity>(word, ignoreCase: true, out var severity) && Enum.IsDefined(severity) ? severity : Severity.Unknown;

    internal sealed record Repository(string Name, string? Description, long ArtifactCount, long PullCount, DateTimeOffset UpdateTime)
    {
        public Registry.Repository ToRepository() =>
            new(RepositoryName.Parse(Name) ?? new RepositoryName("", Name), Description ?? "", ArtifactCount, PullCount, UpdateTime);
    }

    internal sealed record Artifact(
        string Digest, string? Type, string? ManifestMediaType, long Size, DateTimeOffset? PushTime, DateTimeOffset? PullTime, IReadOnlyDictionary<string, JsonElement>? ExtraAttrs,
        Tag[]? Tags, Label[]? Labels, Part[]? References, Attached[]? Accessories, IReadOnlyDictionary<string, Scan>? ScanOverview, Bill? SbomOverview = null)
    {
        public Registry.Artifact ToArtifact() => new()
        {
            Digest = Digest,
            Type = Type ?? "",
            IsIndex = ManifestMediaType?.Contains(Index, StringComparison.Ordinal) == true || ManifestMediaType?.Contains(ManifestList, StringComparison.Ordinal) == true,
            Size = Size,
            Platform = Platform(Extra("os"), Extra("architecture"), Extra("variant")),
            Tags = [.. (Tags ?? []).Select(t => new ImageTag(t.Name, t.Immutable, t.PushTime ?? default)).OrderBy(t => t.Name, StringComparer.Ordinal)],
            Labels = [.. (Labels ?? []).Select(l => l.Name)],
            PushedAt = PushTime ?? default,
            PulledAt = Moment(PullTime),
            BuiltAt = Moment(Extra("created")),
            Author = Extra("author"),
            Scan = ScanOverview?.Values.FirstOrDefault()?.ToSummary(),
            HasBill = SbomOverview is { ScanStatus: "Success", SbomDigest.Length: > 0 } || Accessories?.Any(a => a.Type == BillAccessory) == true,
            Parts = [.. (References ?? []).Select(r => r.ToPart())],
            Accessories = [.. (Accessories ?? []).Select(a => new Accessory(a.Digest ?? "", a.Type ?? "", a.Size))],
        };

        // Each type of artifact has its own attributes, of any JSON type.
        private string? Extra(string name) =>
            ExtraAttrs?.TryGetValue(name, out var value) == true && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
    }

    internal sealed record Bill(string? ScanStatus, string? SbomDigest);

    internal sealed record Tag(string Name, bool Immutable, DateTimeOffset? PushTime);

    internal sealed record Label(string Name);

    internal sealed record Attached(string? Digest, string? Type, long Size);

    internal sealed record Part(string ChildDigest, PartPlatform? Platform, IReadOnlyDictionary<string, string>? Annotations)
    {
        public ArtifactPart ToPart()
        {
            var platform = ImageWire.Platform(Platform?.Os, Platform?.Architecture, Platform?.Variant);
            return new(ChildDigest, platform, Annotations?.ContainsKey(Attestation) == true);
        }
    }

    internal sealed record PartPlatform(string? Os, string? Architecture, string? Variant);

    internal sealed record Scanner(string? Name, string? Version)
    {
        public string? Text => Name is null ? null : $"{Name} {Version}".TrimEnd();
    }

    internal sealed record Scan(string? ScanStatus, DateTimeOffset? EndTime, Scanner? Scanner, Counts? Summary)
    {
        public ScanSummary ToSummary()
        {
            var state = ScanStatus switch
            {
                "Success" => ScanState.Done,
                "Running" => ScanState.Running,
                "Error" => ScanState.Failed,
                "Stopped" => ScanState.Stopped,
                _ => ScanState.Pending,
            };
            var counts = (Summary?.Summary ?? []).GroupBy(c => SeverityOf(c.Key)).ToImmutableDictionary(g => g.Key, g => g.Sum(c => c.Value));
            return new(state, counts, Summary?.Fixable ?? 0, Moment(EndTime), Scanner?.Text);
        }
    }

    internal sealed record Counts(int Fixable, Dictionary<string, int>? Summary);

    internal sealed record Report(string? GeneratedAt, Scanner? Scanner, Finding[]? Vulnerabilities)
    {
        public VulnerabilityReport ToReport() =>
            new(Moment(GeneratedAt), Scanner?.Text, [.. (Vulnerabilities ?? []).Select(v => v.ToVulnerability()).OrderBy(v => v.Severity).ThenBy(v => v.Id, StringComparer.Ordinal)]);
    }

    internal sealed record Finding(string Id, string? Package, string? Version, string? FixVersion, string? Severity, string? Description, string[]? Links, Cvss? PreferredCvss)
    {
        // A scanner's link is somebody else's text: only what a browser may follow is handed on.
        public Vulnerability ToVulnerability() => new(
            Id, Package ?? "", Version ?? "", string.IsNullOrEmpty(FixVersion) ? null : FixVersion, SeverityOf(Severity), Description ?? "",
            Links?.FirstOrDefault(l => Uri.TryCreate(l, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"), PreferredCvss?.ScoreV3 ?? PreferredCvss?.ScoreV2);
    }

    internal sealed record Cvss(
        [property: System.Text.Json.Serialization.JsonPropertyName("score_v3")] double? ScoreV3,
        [property: System.Text.Json.Serialization.JsonPropertyName("score_v2")] double? ScoreV2);

    internal sealed record Step(string? Created, string? CreatedBy, bool EmptyLayer)
    {
        public BuildStep ToStep() => new(Moment(Created), CreatedBy ?? "", EmptyLayer);
    }
}
