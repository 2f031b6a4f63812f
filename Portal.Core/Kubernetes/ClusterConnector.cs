using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Core.Kubernetes;

/// <summary>Makes clients from kept identities; one connection pool per (cluster, identity).</summary>
internal sealed class ClusterConnector(IClusterAccessStore access, IOptions<KubernetesOptions> options, NetworkTime network) : IClusterConnector, IGroupConnector, IDisposable
{
    private readonly ConcurrentDictionary<(ClusterKey Cluster, string Fingerprint), Lazy<Connection>> connections = new();

    public async Task<IKubernetesApi> AsPortalAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        Api(cluster, await IdentityAsync(cluster, cancellationToken).ConfigureAwait(false), null);

    public async Task<IKubernetesApi> AsPersonAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        Demand(cluster, scope);
        return Api(cluster, await IdentityAsync(cluster, cancellationToken).ConfigureAwait(false), Impersonation.Of(scope));
    }

    public async Task<string> EnterAsync(ClusterKey cluster, Scope scope, CancellationToken cancellationToken)
    {
        Demand(cluster, scope);
        await IdentityAsync(cluster, cancellationToken).ConfigureAwait(false);
        return AccessGroups.Of(scope)[0];
    }

    public async Task<KubernetesApi> AsGroupAsync(ClusterKey cluster, string group, CancellationToken cancellationToken) =>
        Api(cluster, await IdentityAsync(cluster, cancellationToken).ConfigureAwait(false), Impersonation.OfGroup(group));

    public IKubernetesApi WithIdentity(ClusterKey cluster, ClusterIdentity identity)
    {
        var connection = Connect(cluster, identity);
        return new KubernetesApi(connection.Client, connection.Client.HttpClient, null, options.Value.Timeout, network);
    }

    public void Dispose()
    {
        foreach (var connection in connections.Values)
        {
            if (connection.IsValueCreated)
            {
                connection.Value.Client.Dispose();
            }
        }
    }

    private static void Demand(ClusterKey cluster, Scope scope)
    {
        scope.Demand(Capability.Read);
        if (scope.ProjectId != cluster.ProjectId || scope.Region != cluster.Region)
        {
            throw new ForbiddenException(Capability.Read, cluster.ProjectId);
        }
    }

    private async Task<ClusterIdentity> IdentityAsync(ClusterKey cluster, CancellationToken cancellationToken) =>
        await access.FindAsync(cluster, cancellationToken).ConfigureAwait(false)
        ?? throw new BackendException("kubernetes", "reach the cluster", BackendFailure.NotFound, "The portal has no identity in this cluster yet.");

    private KubernetesApi Api(ClusterKey cluster, ClusterIdentity identity, Impersonation? impersonation)
    {
        var fingerprint = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ApiAddress + identity.AuthorityPem + identity.CertificatePem)));
        var connection = connections.GetOrAdd((cluster, fingerprint), _ => new Lazy<Connection>(() => Connect(cluster, identity))).Value;
        Forget(cluster, fingerprint);
        return new KubernetesApi(connection.Client, connection.Client.HttpClient, impersonation, options.Value.Timeout, network);
    }

    /// <summary>After a renewal the connections of the old identity are of no use.</summary>
    private void Forget(ClusterKey cluster, string current)
    {
        foreach (var old in connections.Keys.Where(k => k.Cluster == cluster && k.Fingerprint != current))
        {
            connections.TryRemove(old, out _);
        }
    }

    private Connection Connect(ClusterKey cluster, ClusterIdentity identity)
    {
        var proxy = options.Value.ConnectProxies.TryGetValue(cluster.Region.Region, out var url) ? new WebProxy(url) : null;
        var configuration = new KubernetesClientConfiguration
        {
            Host = identity.ApiAddress,
            SslCaCerts = [X509Certificate2.CreateFromPem(identity.AuthorityPem)],
            ClientCertificateData = Base64(identity.CertificatePem),
            ClientCertificateKeyData = Base64(identity.PrivateKeyPem),
            HttpClientTimeout = Timeout.InfiniteTimeSpan,
            UserAgent = KubernetesApi.FieldManager,
            FirstMessageHandlerSetup = handler =>
            {
                handler.UseCookies = false;

                // A cluster is its tenant's: it must not lead the portal elsewhere.
                handler.AllowAutoRedirect = false;
                handler.UseProxy = proxy is not null;
                handler.Proxy = proxy;
                if (handler is SocketsHttpHandler sockets)
                {
                    sockets.PooledConnectionLifetime = TimeSpan.FromMinutes(10);
                    sockets.ConnectTimeout = TimeSpan.FromSeconds(5);

                    // A connection whose other end is gone without a word is noticed while a watch waits on it.
                    sockets.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
                    sockets.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
                    sockets.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
                }
            },
        };
        var client = new k8s.Kubernetes(configuration);
        client.CreateWebSocketBuilder = () => ProxiedWebSocket(proxy);
        client.HttpClient.BaseAddress = new Uri(identity.ApiAddress.TrimEnd('/') + "/");
        return new Connection(client);
    }

    private static WebSocketBuilder ProxiedWebSocket(WebProxy? proxy)
    {
        var builder = new WebSocketBuilder();
        builder.Options.Proxy = proxy;
        return builder;
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));

    private sealed record Connection(k8s.Kubernetes Client);
}
