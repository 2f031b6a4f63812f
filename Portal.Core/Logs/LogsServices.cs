using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Logs.Containers;
using Portal.Core.Logs.Elasticsearch;

namespace Portal.Core.Logs;

/// <summary>Registers the feature.</summary>
public static class LogsServices
{
    /// <summary>Adds the search of clusters' logs and their live form. Needs a document store, Audit, Kubernetes, and Delivery's way to programs in clusters.</summary>
    public static IServiceCollection AddLogs(this IServiceCollection services)
    {
        services.AddOptions<LogsOptions>();
        services.AddSingleton<ElasticsearchClient>();
        services.AddSingleton<IProjectLogs, ProjectLogs>();
        services.AddSingleton<ISavedSearches, SavedSearches>();
        services.AddSingleton<IContainerLogs, ContainerLogs>();
        return services;
    }
}
