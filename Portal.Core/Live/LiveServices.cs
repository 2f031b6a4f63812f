using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Portal.Core.Live;

/// <summary>Registers what tells of changes.</summary>
public static class LiveServices
{
    /// <summary>Adds <see cref="IChangeBus"/> within this process, unless another is registered.</summary>
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.TryAddSingleton<IChangeBus, InProcessChangeBus>();
        return services;
    }
}
