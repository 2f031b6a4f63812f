using System.Collections.Concurrent;
using Portal.Core.Addons;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery.Apps;

/// <summary>Keeps pools of connections apart from those of the portal's own questions, so that a person's browser does not take their place.</summary>
internal sealed class AppGateway(IClusterConnector connector, AddonCatalog catalog, IAuditLog audit) : IAppGateway, IDisposable
{
    private const int Connections = 16;
    private const string LogsAddon = "elasticsearch";
    private readonly ConcurrentDictionary<(ClusterKey Cluster, ClusterApp App), Lazy<Pool>> pools = new();

    public async Task<bool> EnterAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken)
    {
        if (!await IsInstalledAsync(scope, clusterId, app, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        var details = new Dictionary<string, string> { ["app"] = Name(app) };
        await audit.WriteAsync(scope, "app.open", ClusterPlans.Subject(clusterId), "ok", cancellationToken, details: details).ConfigureAwait(false);
        return true;
    }

    public async Task<bool> IsInstalledAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken)
    {
        var cluster = Demand(scope, clusterId, app);
        return catalog.Addons.TryGetValue(Name(app), out var addon)
            && await ProgramConnections.IsInstalledAsync(connector, cluster, Name(app), addon.Namespace, cancellationToken).ConfigureAwait(false);
    }

    public async Task<AppWay> OpenAsync(Scope scope, string clusterId, ClusterApp app, CancellationToken cancellationToken)
    {
        var cluster = Demand(scope, clusterId, app);

        // Finds the portal's identity by project and id together: another project's cluster is none.
        await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        if (!catalog.Addons.TryGetValue(Name(app), out var addon) || addon.Checks.FirstOrDefault() is not { } check)
        {
            throw new BackendException(Name(app), "find the add-on", BackendFailure.NotFound);
        }

        var pool = pools.GetOrAdd((cluster, app), key => new Lazy<Pool>(() => Make(key.Cluster, key.App, addon.Namespace, check))).Value;
        return new AppWay(pool.Http, pool.Login is null ? null : await pool.Login.GetAsync(again: false, cancellationToken).ConfigureAwait(false));
    }

    public void Refuse(Scope scope, string clusterId, ClusterApp app)
    {
        if (pools.TryGetValue((Demand(scope, clusterId, app), app), out var pool))
        {
            pool.Value.Login?.Forget();
        }
    }

    public void Dispose()
    {
        foreach (var pool in pools.Values.Where(p => p.IsValueCreated))
        {
            pool.Value.Http.Dispose();
        }
    }

    private static string Name(ClusterApp app) => app.ToString().ToLowerInvariant();

    private static ClusterKey Demand(Scope scope, string clusterId, ClusterApp app)
    {
        scope.Demand(Capability.Read);
        scope.Demand(AppRights.Needed(app));
        return new ClusterKey(scope.Region, scope.ProjectId, clusterId);
    }

    private Pool Make(ClusterKey cluster, ClusterApp app, string space, AddonRequest check)
    {
        var sockets = ProgramConnections.Handler(connector, cluster, space, check);
        sockets.MaxConnectionsPerServer = Connections;

        // Kibana and Elasticsearch know the same users.
        var login = app is ClusterApp.Kibana && catalog.Addons.TryGetValue(LogsAddon, out var logs) ? new LogReaderLogin(connector, cluster, logs.Namespace) : null;
        return new Pool(new HttpMessageInvoker(sockets), login);
    }

    private sealed record Pool(HttpMessageInvoker Http, LogReaderLogin? Login);
}
