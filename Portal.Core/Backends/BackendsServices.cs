using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Portal.Core.Backends;

/// <summary>Registers what speaks HTTP with backends.</summary>
public static class BackendsServices
{
    /// <summary>Adds <see cref="BackendHttp"/>. The caller binds <see cref="BackendsOptions"/> to the configuration's section.</summary>
    public static IServiceCollection AddBackends(this IServiceCollection services)
    {
        services.AddOptions<BackendsOptions>();
        services.AddHttpClient();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(NetworkTime.Real);
        services.TryAddSingleton<BackendClocks>();
        services.TryAddSingleton<BackendHttp>();
        services.AddSingleton<IConfigureOptions<HttpClientFactoryOptions>, BackendConnections>();
        return services;
    }
}
