using System.Collections.Immutable;

namespace Portal.Core.Registry;

/// <summary>What an image is made of (SBOM), as Harbor's scanner has written it down.</summary>
/// <param name="Format">Format with version: <c>SPDX-2.3</c>.</param>
/// <param name="Tool">What wrote it, or null.</param>
/// <param name="At">When (UTC), or null.</param>
/// <param name="Packages">The packages, by name.</param>
public sealed record SoftwareBill(string Format, string? Tool, DateTimeOffset? At, ImmutableArray<BillPackage> Packages);

/// <summary>A package of a bill.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version, or null.</param>
/// <param name="License">License as found, else as declared; null for none.</param>
public sealed record BillPackage(string Name, string? Version, string? License);
