using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>Asks whether a cluster's API can be reached from here at all, without any identity.</summary>
public interface IClusterProbe
{
    /// <summary>Returns when the API answers with a certificate of the cluster's CA, whatever it answers.</summary>
    /// <exception cref="BackendException">Not reachable, no answer in time, or another certificate.</exception>
    Task CheckAsync(ClusterKey cluster, ClusterEndpoint endpoint, CancellationToken cancellationToken);
}

internal sealed class ClusterProbe(IOptions<KubernetesOptions> options, NetworkTime network) : IClusterProbe
{
    public async Task CheckAsync(ClusterKey cluster, ClusterEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var authority = X509Certificate2.CreateFromPem(endpoint.AuthorityPem);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        using var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
            UseProxy = options.Value.ConnectProxies.TryGetValue(cluster.Region.Region, out var proxy),
            Proxy = proxy is null ? null : new WebProxy(proxy),
        };
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var patience = network.Within(options.Value.Timeout, cancellationToken);
        try
        {
            using var response = await http.GetAsync(new Uri(endpoint.ApiAddress.TrimEnd('/') + "/version"), patience.Token).ConfigureAwait(false);
            if ((int)response.StatusCode >= 500)
            {
                throw await KubernetesErrors.ReadAsync(response, "reach the API", patience.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw KubernetesErrors.From(e, "reach the API");
        }
    }
}
