using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Identity;

/// <summary>The clouds and regions of the configuration.</summary>
public interface ICloudDirectory
{
    /// <summary>Gets every region, the default first.</summary>
    ImmutableArray<CloudRegion> Regions { get; }

    /// <summary>Gets the options of a region's cloud.</summary>
    /// <exception cref="BackendException">The configuration has no such cloud (<see cref="BackendFailure.NotFound"/>).</exception>
    CloudOptions Of(CloudRegion region);
}

/// <inheritdoc />
internal sealed class CloudDirectory(IOptions<IdentityOptions> options) : ICloudDirectory
{
    public ImmutableArray<CloudRegion> Regions { get; } =
    [
        .. options.Value.Clouds.SelectMany(c => RegionIds(c.Value).Select(r => new CloudRegion(c.Key, r))),
    ];

    public CloudOptions Of(CloudRegion region) =>
        options.Value.Clouds.TryGetValue(region.Cloud, out var cloud) && RegionIds(cloud).Contains(region.Region, StringComparer.Ordinal)
            ? cloud
            : throw new BackendException("keystone", "find the cloud", BackendFailure.NotFound, $"no region {region.Region} of a cloud {region.Cloud} is configured");

    private static List<string> RegionIds(CloudOptions cloud) => cloud.Regions.Count > 0 ? cloud.Regions : ["RegionOne"];
}
