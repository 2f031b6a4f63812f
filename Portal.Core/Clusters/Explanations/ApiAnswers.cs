using Portal.Core.Backends;
using Portal.Core.Clusters.Magnum;

namespace Portal.Core.Clusters.Explanations;

/// <summary>Implemented by the feature that can reach clusters' APIs; without it nobody asks.</summary>
public interface IClusterReach
{
    /// <summary>Gives whether an API answers at this address with a certificate of this CA, whatever it answers. Sends no identity.</summary>
    /// <param name="region">Cloud and region, for the way there.</param>
    /// <param name="address">https address of the API.</param>
    /// <param name="authorityPem">CA certificate (PEM).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<bool> AnswersAsync(CloudRegion region, string address, string authorityPem, CancellationToken cancellationToken);
}

/// <summary>Asks whether the API of a cluster answers that Magnum does not call complete.</summary>
internal sealed class ApiAnswers(IMagnumCertificates certificates, IEnumerable<IClusterReach> reach)
{
    /// <summary>Gives the address that answered with a certificate of the cluster's CA, or null.</summary>
    public async Task<string?> AnswersAsync(Scope scope, Cluster cluster, string host, CancellationToken cancellationToken)
    {
        if (reach.FirstOrDefault() is not { } way || await certificates.FindAuthorityAsync(scope, cluster.Id, cancellationToken).ConfigureAwait(false) is not { } authority)
        {
            return null;
        }

        var address = host.Contains("://", StringComparison.Ordinal) ? host : $"https://{host}:6443";
        return await way.AnswersAsync(scope.Region, address, authority, cancellationToken).ConfigureAwait(false) ? address : null;
    }
}
