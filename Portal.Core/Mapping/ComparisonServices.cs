using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Mapping.Comparison;

namespace Portal.Core.Mapping;

/// <summary>Registers the comparison of projects with Harbor.</summary>
public static class ComparisonServices
{
    /// <summary>Adds the service and its hourly run. Needs Mapping, Identity; the caller binds <see cref="MappingOptions"/> to its section.</summary>
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
        return services;
    }
}
