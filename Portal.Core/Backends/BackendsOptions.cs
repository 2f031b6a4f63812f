namespace Portal.Core.Backends;

/// <summary>How backends are reached. Bound from the section <see cref="Section"/>.</summary>
public sealed class BackendsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Backends";

    /// <summary>Gets the regions that need something of their own; others are reached by the catalog alone.</summary>
    public List<RegionOptions> Regions { get; } = [];

    /// <summary>Gets connections by the name of a backend that is in no region's catalog (<c>harbor</c>).</summary>
    public Dictionary<string, ConnectionOptions> Connections { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the options of a region, or empty ones.</summary>
    public RegionOptions Of(CloudRegion region) =>
        Regions.Find(r => r.Cloud == region.Cloud && r.Region == region.Region) ?? new RegionOptions();
}

/// <summary>How one endpoint, or all of a region's, is reached.</summary>
public class ConnectionOptions
{
    /// <summary>Gets or sets a PEM file with the certificate authorities to believe instead of the system's, or null.</summary>
    public string? CaBundle { get; set; }

    /// <summary>Gets or sets an HTTP proxy, or null for none.</summary>
    public string? Proxy { get; set; }
}

/// <summary>What a region needs beside its catalog.</summary>
public sealed class RegionOptions : ConnectionOptions
{
    /// <summary>Gets or sets the cloud's name.</summary>
    public string Cloud { get; set; } = "default";

    /// <summary>Gets or sets the Keystone region id.</summary>
    public string Region { get; set; } = "RegionOne";

    /// <summary>Gets base URLs by service type (<c>container-infra</c>), over the catalog's; with or without the version; <c>{project_id}</c> is replaced.</summary>
    public Dictionary<string, string> Endpoints { get; } = new(StringComparer.OrdinalIgnoreCase);
}
