namespace Portal.Core.Registry.Harbor;

/// <summary>A bill of materials as SPDX writes it in JSON: what is not known is NOASSERTION, what is not there NONE.</summary>
internal sealed record SpdxWire(
    [property: System.Text.Json.Serialization.JsonPropertyName("spdxVersion")] string? SpdxVersion,
    [property: System.Text.Json.Serialization.JsonPropertyName("creationInfo")] SpdxWire.Creation? CreationInfo,
    [property: System.Text.Json.Serialization.JsonPropertyName("packages")] SpdxWire.Package[]? Packages)
{
    /// <summary>Gives the bill, or null when it is none of SPDX.</summary>
    public SoftwareBill? ToBill() => SpdxVersion is null ? null : new(
        SpdxVersion,
        CreationInfo?.Creators?.FirstOrDefault(c => c.StartsWith("Tool: ", StringComparison.Ordinal))?["Tool: ".Length..],
        CreationInfo?.Created,
        [.. (Packages ?? []).Where(p => !string.IsNullOrEmpty(p.Name)).Select(p => new BillPackage(p.Name!, Known(p.VersionInfo), Known(p.LicenseConcluded) ?? Known(p.LicenseDeclared))).OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)]);

    private static string? Known(string? word) => word is null or "" or "NOASSERTION" or "NONE" ? null : word;

    internal sealed record Creation(
        [property: System.Text.Json.Serialization.JsonPropertyName("created")] DateTimeOffset? Created,
        [property: System.Text.Json.Serialization.JsonPropertyName("creators")] string[]? Creators);

    internal sealed record Package(
        [property: System.Text.Json.Serialization.JsonPropertyName("name")] string? Name,
        [property: System.Text.Json.Serialization.JsonPropertyName("versionInfo")] string? VersionInfo,
        [property: System.Text.Json.Serialization.JsonPropertyName("licenseConcluded")] string? LicenseConcluded,
        [property: System.Text.Json.Serialization.JsonPropertyName("licenseDeclared")] string? LicenseDeclared);
}
