using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery;

/// <summary>Tells the explanations of clusters whether an API answers, by the same probe as an initialisation's.</summary>
internal sealed class ClusterReach(IClusterProbe probe) : IClusterReach
{
    public async Task<bool> AnswersAsync(CloudRegion region, string address, string authorityPem, CancellationToken cancellationToken)
    {
        try
        {
            await probe.CheckAsync(new ClusterKey(region, "", ""), new ClusterEndpoint(address, authorityPem), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackendException)
        {
            return false;
        }
    }
}
