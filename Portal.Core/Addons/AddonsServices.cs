using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Portal.Core.Addons.Health;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Addons.Life;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>Registers the feature.</summary>
public static class AddonsServices
{
    /// <summary>Adds the catalog and the steps of a cluster's initialisation. Needs Kubernetes, Identity, Mapping.</summary>
    public static IServiceCollection AddAddons(this IServiceCollection services)
    {
        services.AddOptions<AddonsOptions>();
        services.AddSingleton<IValidateOptions<AddonsOptions>, AddonsOptionsCheck>();
        services.AddSingleton(s => new AddonCatalog(s.GetRequiredService<IOptions<AddonsOptions>>().Value));
        services.AddSingleton<IAddonHealthReader, AddonHealthReader>();
        services.AddSingleton<AddonWatch>();
        services.AddSingleton<IClusterConditionSource>(s => s.GetRequiredService<AddonWatch>());
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AddonWatch>());
        services.AddSingleton<CertificateRenewer>();
        services.AddHostedService<CertificateRenewal>();
        services.AddSingleton<InitialisationTools>();
        services.AddSingleton<IImageProbe, ImageProbe>();
        services.AddSingleton<ReachApiStep>().AddSingleton<BootstrapStep>();
        services.AddSingleton<IProvisioningStep>(s => s.GetRequiredService<ReachApiStep>());
        services.AddSingleton<IProvisioningStep>(s => s.GetRequiredService<BootstrapStep>());
        services.AddSingleton<IProvisioningStep>(s => new RotatedAccessStep(s.GetRequiredService<ReachApiStep>(), ClusterPlans.RotateStep));
        services.AddSingleton<IProvisioningStep>(s => new RotatedAccessStep(s.GetRequiredService<BootstrapStep>(), ReachApiStep.StepId));
        services.AddSingleton<IProvisioningStep, AccessGroupsStep>();
        services.AddSingleton<IProvisioningStep, PreflightStep>();
        services.AddSingleton<IProvisioningStep, ZonesStep>();
        services.AddSingleton<IProvisioningStep, RegistrySecretStep>();
        var names = AddonCatalog.Shipped().Where(r => r.DescriptionText is not null).Select(r => r.Name).Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            services.AddSingleton<IProvisioningStep>(s => new AddonStep(
                s.GetRequiredService<InitialisationTools>(), s.GetRequiredService<IOptions<AddonsOptions>>(), s.GetRequiredService<TimeProvider>(), name));
        }

        services.AddSingleton<IProvisioningStep>(s => new ProofStep(s.GetRequiredService<InitialisationTools>(), s.GetRequiredService<IOptions<AddonsOptions>>(), names));
        services.AddSingleton<AddonChangeTools>();
        services.AddSingleton<IClusterAddons, ClusterAddons>();
        AddLife(services, names);
        return services;
    }

    private static void AddLife(IServiceCollection services, IReadOnlyList<string> names)
    {
        foreach (var kind in new[] { AddonChangeKind.Add, AddonChangeKind.Upgrade, AddonChangeKind.Repair })
        {
            services.AddSingleton<IProvisioningStep>(s => new AddonPreflightStep(s.GetRequiredService<AddonChangeTools>(), kind));
            foreach (var name in names)
            {
                services.AddSingleton<IProvisioningStep>(s => new AddonChangeStep(s.GetRequiredService<AddonChangeTools>(), kind, name));
            }
        }

        foreach (var name in names)
        {
            services.AddSingleton<IProvisioningStep>(s => new AddonRemoveStep(s.GetRequiredService<AddonChangeTools>(), name));
        }
    }
}
