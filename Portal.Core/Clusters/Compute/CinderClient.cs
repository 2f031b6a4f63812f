using Portal.Core.Backends;

namespace Portal.Core.Clusters.Compute;

/// <summary>Speaks with Cinder.</summary>
internal sealed class CinderClient(BackendHttp http) : ICinderClient
{
    public async Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken)
    {
        var call = new BackendCall
        {
            Backend = "cinder",
            Operation = "read volume limits",
            Scope = scope,
            ServiceType = "volumev3|block-storage|volume",
            Version = "v3",
            ProjectInPath = true,
            Path = "limits",
        };
        var limits = await http.GetAsync<LimitsEnvelope>(call, cancellationToken).ConfigureAwait(false);
        return
        [
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "volumes", "maxTotalVolumes", "totalVolumesUsed", "count"),
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "gigabytes", "maxTotalVolumeGigabytes", "totalGigabytesUsed", "GiB"),
        ];
    }
}
