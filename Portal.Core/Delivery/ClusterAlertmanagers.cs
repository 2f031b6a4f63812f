using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;

namespace Portal.Core.Delivery;

/// <summary>Reaches the Alertmanager that the platform's add-on installed, by the same way as the add-on's own checks.</summary>
internal sealed class ClusterAlertmanagers(IClusterConnector connector, AddonCatalog catalog) : IAlertmanagers
{
    private const string Addon = "alertmanager";
    private const string Alerts = "/api/v2/alerts";

    public async Task<AlertmanagerAnswer> AskAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        if (!catalog.Addons.TryGetValue(Addon, out var addon) || addon.Checks.FirstOrDefault() is not { } check)
        {
            return new(false, null);
        }

        var api = await connector.AsPortalAsync(cluster, cancellationToken).ConfigureAwait(false);
        var sets = await api.ListAsync(KubernetesResource.Of("apps/v1", "StatefulSet"), addon.Namespace, cancellationToken, labelSelector: "container-platform/addon=" + Addon).ConfigureAwait(false);
        if (sets.Count == 0)
        {
            return new(false, null);
        }

        try
        {
            return new(true, await PodHttp.GetAsync(api, addon.Namespace, check.Selector, check.Port, Alerts, cancellationToken).ConfigureAwait(false));
        }
        catch (BackendException e) when (e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
        {
            return new(true, "");
        }
        catch (BackendException)
        {
            // The API has just answered, so it is the program that does not.
            return new(true, null);
        }
    }
}
