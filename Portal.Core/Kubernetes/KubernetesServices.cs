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
        services.AddOptions<KubernetesOptions>()
            .Validate(o => o.RenewAtPercentLeft is >= 1 and <= 99, $"{KubernetesOptions.Section}:RenewAtPercentLeft must be from 1 to 99.")
            .Validate(o => o.RenewalEvery >= TimeSpan.FromMinutes(1) && o.RenewalEvery <= TimeSpan.FromDays(7), $"{KubernetesOptions.Section}:RenewalEvery must be from a minute to a week.");
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
