using System.Net.Http.Headers;
using System.Text;
using Portal.Core.Addons;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery;

/// <summary>Connections to a program in a cluster: each is a port-forward to a ready pod.</summary>
internal static class ProgramConnections
{
    private static readonly string[] Workloads = ["StatefulSet", "Deployment"];

    /// <summary>Makes a pool of them.</summary>
    public static SocketsHttpHandler Handler(IClusterConnector connector, ClusterKey cluster, string space, AddonRequest check) => new()
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectCallback = async (_, stop) =>
        {
            var api = await connector.AsPortalAsync(cluster, stop).ConfigureAwait(false);
            var pod = await PodHttp.PodAsync(api, space, check, stop).ConfigureAwait(false);
            return await api.ConnectAsync(space, pod, check.Port, stop).ConfigureAwait(false);
        },
    };

    /// <summary>Says whether a cluster has what an add-on installs.</summary>
    public static async Task<bool> IsInstalledAsync(IClusterConnector connector, ClusterKey cluster, string addon, string space, CancellationToken cancellationToken)
    {
        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        foreach (var kind in Workloads)
        {
            var found = await api.ListAsync(KubernetesResource.Of("apps/v1", kind), space, cancellationToken, labelSelector: "container-platform/addon=" + addon).ConfigureAwait(false);
            if (found.Count > 0)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The login of the user who may read a cluster's logs and nothing else, read once.</summary>
internal sealed class LogReaderLogin(IClusterConnector connector, ClusterKey cluster, string space)
{
    private static readonly AddonLogin Reader = new() { Secret = "elasticsearch-portal" };
    private AuthenticationHeaderValue? login;

    public async Task<AuthenticationHeaderValue> GetAsync(bool again, CancellationToken cancellationToken)
    {
        if (login is { } known && !again)
        {
            return known;
        }

        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var (user, password) = await GeneratedSecrets.LoginAsync(api, space, Reader, cancellationToken).ConfigureAwait(false);
        var fresh = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        login = fresh;
        return fresh;
    }

    public void Forget() => login = null;
}
