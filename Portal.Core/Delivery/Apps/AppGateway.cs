using Portal.Core.Addons;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery.Apps;

/// <summary>Keeps pools of connections apart from those of the portal's own questions, so that a person's browser does not take their place.</summary>
internal sealed class AppGateway(IClusterConnector connector, AddonCatalog catalog, IAuditLog audit, TimeProvider time) : IAppGateway, IAppUpkeep, IDisposable
{
    private const int Connections = 16;
    private const string LogsAddon = "elasticsearch";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly KeptPools<(ClusterKey Cluster, ClusterApp App), Pool> pools = new(TimeSpan.FromMinutes(10), time);

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
        await ReachAsync(cluster, cancellationToken).ConfigureAwait(false);
        if (!catalog.Addons.TryGetValue(Name(app), out var addon) || addon.Checks.FirstOrDefault() is not { } check)
        {
            throw new BackendException(Name(app), "find the add-on", BackendFailure.NotFound);
        }

        var lease = pools.Take((cluster, app), () => Make(cluster, app, addon.Namespace, check));
        try
        {
            var login = lease.Pool.Login is { } reader ? await reader.GetAsync(again: false, cancellationToken).ConfigureAwait(false) : null;
            return new AppWay(lease.Pool.Http, login, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public void Refuse(Scope scope, string clusterId, ClusterApp app) => pools.Find((Demand(scope, clusterId, app), app))?.Login?.Forget();

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        pools.Sweep();
        foreach (var cluster in pools.Keys.Select(k => k.Cluster).Distinct())
        {
            try
            {
                await ReachAsync(cluster, cancellationToken).ConfigureAwait(false);
            }
            catch (BackendException)
            {
                // Its pools are gone when it is; else they are there for when it answers.
            }
        }
    }

    public void Dispose() => pools.Dispose();

    private async Task ReachAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        try
        {
            await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            // The portal has no identity there any more: the cluster is gone.
            pools.Drop(k => k.Cluster == cluster);
            throw;
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
        sockets.ConnectTimeout = Patience;

        // Kibana and Elasticsearch know the same users.
        var login = app is ClusterApp.Kibana && catalog.Addons.TryGetValue(LogsAddon, out var logs) ? new LogReaderLogin(connector, cluster, logs.Namespace) : null;
        return new Pool(new HttpMessageInvoker(sockets), login);
    }

    private sealed record Pool(HttpMessageInvoker Http, LogReaderLogin? Login) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
