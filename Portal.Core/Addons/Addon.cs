using System.Collections.Immutable;

namespace Portal.Core.Addons;

/// <summary>One release of an add-on, or of the objects that the platform itself needs (access groups, zones).</summary>
/// <param name="Name">Name: folder in the catalog, value of the label <c>container-platform/addon</c>.</param>
/// <param name="Version">Version of what runs.</param>
/// <param name="Manifest">The manifest with <c>${parameters}</c>.</param>
/// <param name="DescriptionText">Text of <c>addon.yaml</c>, or null for the platform's own objects.</param>
public sealed record AddonRelease(string Name, string Version, string Manifest, string? DescriptionText = null);

/// <summary>Values of the parameters that every manifest may use; an add-on's own come from its description and the site's options.</summary>
public sealed record AddonParameters
{
    /// <summary>Gets the site's registry with the project that holds the platform's images: <c>harbor.example.org/platform</c>. No public registry is built in.</summary>
    public required string Registry { get; init; }

    /// <summary>Gets the cluster's name, for Prometheus' external label.</summary>
    public required string Cluster { get; init; }

    /// <summary>Gets the StorageClass of volumes.</summary>
    public required string StorageClass { get; init; }

    /// <summary>Gets the address that pods ask for names at: the tenth of the cluster's services.</summary>
    public string DnsAddress { get; init; } = "";

    /// <summary>Gets the secret with the registry's credential.</summary>
    public string PullSecret { get; init; } = "registry-pull";

    internal ImmutableDictionary<string, string> Values => ImmutableDictionary.CreateRange<string, string>(
    [
        new("registry", Registry), new("cluster", Cluster), new("storageClass", StorageClass), new("pullSecret", PullSecret), new("dnsAddress", DnsAddress),
    ]);
}
