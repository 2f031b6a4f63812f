using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Mapping;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Registry;

namespace Portal.Core.Delivery;

/// <summary>Joins what features of one group need of each other.</summary>
public static class DeliveryServices
{
    /// <summary>Adds the joints. Needs Clusters, Kubernetes, Addons, Mapping, Registry, Monitoring.</summary>
    public static IServiceCollection AddDelivery(this IServiceCollection services)
    {
        services.AddSingleton<IClusterAuthority, MagnumClusterAuthority>();
        services.AddSingleton<IClusterReach, ClusterReach>();
        services.AddSingleton<IAlertTokens, ClusterAlertTokens>();
        services.AddSingleton<IClusterPrograms, ClusterPrograms>();
        services.AddSingleton<IClusterApps, ClusterApps>();
        services.AddSingleton<AppGateway>();
        services.AddSingleton<IAppGateway>(s => s.GetRequiredService<AppGateway>());
        services.AddSingleton<IAppUpkeep>(s => s.GetRequiredService<AppGateway>());
        services.AddHostedService<AppUpkeep>();
        services.AddSingleton<IAppCodes, AppCodes>();
        services.AddLogs();
        services.AddSingleton<IAlertmanagers, ClusterAlertmanagers>();
        services.AddSingleton<ILookLogs, ClusterLookLogs>();
        services.AddSingleton<ILookDeliveries, ClusterRollouts>();
        services.AddSingleton<IRegistryPlaces, MappedRegistryPlaces>();
        services.AddSingleton<IImageUse, ClusterImageUse>();
        services.AddSingleton<IPullSecretHolders, ClusterPullSecrets>();
        services.AddPullRenewal();
        services.AddSingleton<IPullCredentials>(s => new MappedPullCredentials(s.GetRequiredService<IMappingService>));
        services.AddHostedService<DepartedClusters>();
        return services;
    }
}
