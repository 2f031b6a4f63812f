using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Removal;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping;

/// <summary>Registers the comparison of projects with Harbor.</summary>
public static class ComparisonServices
{
    /// <summary>Adds the comparison with its hourly run, and the removal of places whose project is gone. Needs Mapping, Identity; the caller binds <see cref="MappingOptions"/> to its section.</summary>
    public static IServiceCollection AddMappingComparison(this IServiceCollection services)
    {
        services.AddOptions<MappingOptions>();
        services.AddSingleton<ICloudProjects, CloudProjects>();
        services.AddSingleton<Surveyor>();
        services.AddSingleton<ComparisonStore>();
        services.AddSingleton<ComparisonRunner>();
        services.AddSingleton<PeriodicComparison>();
        services.AddHostedService(s => s.GetRequiredService<PeriodicComparison>());
        services.AddSingleton<IMappingComparison, MappingComparison>();
        services.AddSingleton<RemovalTools>();
        services.AddSingleton<IMappingRemoval, MappingRemoval>();
        services.AddSingleton<IProvisioningStep, RemoveRobotsStep>();
        services.AddSingleton<IProvisioningStep, RemoveProjectStep>();
        services.AddSingleton<IProvisioningStep, RemoveUserStep>();
        services.AddSingleton<IProvisioningStep, ForgetPlaceStep>();
        return services;
    }
}
