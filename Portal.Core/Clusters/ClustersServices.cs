using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Portal.Core.Clusters.Compute;
using Portal.Core.Clusters.Creation;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Lifecycle;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Networking;
using Portal.Core.Clusters.Watching;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>Registers the feature.</summary>
public static class ClustersServices
{
    /// <summary>Adds clusters: clients, the poller, creation, the steps of their plans. Needs Backends, Identity, Storage, Provisioning and Audit.</summary>
    public static IServiceCollection AddClusters(this IServiceCollection services)
    {
        services.AddOptions<ClustersOptions>();
        services.TryAddSingleton(TimeProvider.System);
        AddClients(services);
        services.AddSingleton<CreationTimes>().AddSingleton<StuckReader>().AddSingleton<CreatorReader>().AddSingleton<ApiAnswers>();
        services.AddSingleton<Refinements>().AddSingleton<ClusterExplainer>();
        services.AddSingleton<ClusterRowKeeper>();
        services.AddSingleton<ClusterPoller>();
        services.AddSingleton<ClusterWatch>();
        services.AddSingleton<ProjectRoomReader>();
        services.AddSingleton<IClusterOffer, ClusterOffer>();
        services.AddSingleton<ClusterChecker>();
        services.AddSingleton<ClusterIntentJournal>();
        services.AddSingleton<ClusterSearch>();
        services.AddSingleton<ClusterCreator>();
        services.AddSingleton<ClusterChanges>();
        services.AddSingleton<IClusterService, ClusterService>();
        services.AddSingleton<IClusterEvidence, ClusterEvidence>();
        services.AddSingleton<IProvisioningStep, WaitMagnumStep>();
        services.AddSingleton<IProvisioningStep, ResizeStep>();
        services.AddSingleton<IProvisioningStep, RotateStep>();
        services.AddSingleton<IProvisioningStep, DeleteStep>();
        services.AddSingleton<IHostedService, ClusterIntentsService>();
        return services;
    }

    private static void AddClients(IServiceCollection services)
    {
        services.AddSingleton<MagnumClient>();
        services.AddSingleton<IMagnumClient>(s => s.GetRequiredService<MagnumClient>());
        services.AddSingleton<IMagnumCertificates>(s => s.GetRequiredService<MagnumClient>());
        services.AddSingleton<IHeatClient, HeatClient>();
        services.AddSingleton<IHeatStacks, HeatStacks>();
        services.AddSingleton<INovaClient, NovaClient>();
        services.AddSingleton<IGlanceClient, GlanceClient>();
        services.AddSingleton<ICinderClient, CinderClient>();
        services.AddSingleton<INeutronClient, NeutronClient>();
        services.AddSingleton<IOctaviaClient, OctaviaClient>();
    }
}
