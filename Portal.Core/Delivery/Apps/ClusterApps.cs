using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Kibana;

namespace Portal.Core.Delivery.Apps;

/// <inheritdoc />
internal sealed class ClusterApps(IOptions<AppsOptions> options, IOptions<LogsOptions> logs) : IClusterApps
{
    public AppAddress? Find(Scope scope, string clusterId, string clusterName, ClusterApp app)
    {
        scope.Demand(Capability.Read);
        if (!scope.Can(AppRights.Needed(app)))
        {
            return null;
        }

        if (options.Value.Domain is { Length: > 0 })
        {
            return new(Way(scope.ProjectId, clusterId, app), IsThroughPortal: true);
        }

        var pattern = app switch
        {
            ClusterApp.Kibana => logs.Value.Kibana.Address,
            ClusterApp.Prometheus => options.Value.Prometheus,
            _ => options.Value.Jenkins,
        };
        return KibanaOptions.Resolve(pattern, clusterId, clusterName, scope.ProjectId) is { } address ? new(address, IsThroughPortal: false) : null;
    }

    /// <summary>Gives the path of the portal's way in.</summary>
    internal static string Way(string projectId, string clusterId, ClusterApp app) =>
        $"/p/{Uri.EscapeDataString(projectId)}/clusters/{Uri.EscapeDataString(clusterId)}/apps/{app.ToString().ToLowerInvariant()}";
}

/// <summary>What a person must be allowed to do in the project to see a program's pages.</summary>
internal static class AppRights
{
    /// <summary>Kibana and Prometheus are for reading; whoever gets into Jenkins can start what changes the cluster.</summary>
    public static Capability Needed(ClusterApp app) => app is ClusterApp.Jenkins ? Capability.Write : Capability.Read;
}
