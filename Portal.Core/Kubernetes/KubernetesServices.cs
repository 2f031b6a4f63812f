using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Kubernetes.Watching;

namespace Portal.Core.Kubernetes;

/// <summary>Registers the feature.</summary>
public static class KubernetesServices
{
    /// <summary>Adds access to clusters' APIs. Needs Storage, and somebody who registers <see cref="IClusterAuthority"/>.</summary>
    public static IServiceCollection AddKubernetes(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<KubernetesOptions>();
        services.AddSingleton<IClusterAccessStore, ClusterAccessStore>();
        services.AddSingleton<ClusterConnector>();
        services.AddSingleton<IClusterConnector>(s => s.GetRequiredService<ClusterConnector>());
        services.AddSingleton<IGroupConnector>(s => s.GetRequiredService<ClusterConnector>());
        services.AddSingleton<KubernetesWatches>();
        services.AddSingleton<IClusterProbe, ClusterProbe>();
        services.AddSingleton<IKubeconfigService, KubeconfigService>();
        services.AddSingleton<IClusterNodes, ClusterNodes>();
        return services;
    }
}
