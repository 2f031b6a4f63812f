using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Platform;
using Portal.Core.Identity.Sessions;

namespace Portal.Core.Identity;

/// <summary>Registers Keystone, sessions and the portal's own credential.</summary>
public static class IdentityServices
{
    /// <summary>
    /// Adds the feature. The caller binds <see cref="IdentityOptions"/> and gives an <see cref="IIdentityProvider"/>,
    /// a document store, a secret protector and a change bus.
    /// </summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ICloudDirectory, CloudDirectory>();
        services.AddSingleton<IKeystoneClient, KeystoneClient>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<ConfirmedTokens>();
        services.AddSingleton<ISessions, SessionLifecycle>();
        services.AddSingleton<ISessionScopes, SessionScopes>();
        services.AddSingleton<PlatformTokens>();
        services.AddSingleton<IPlatformScope, PlatformScope>();
        services.AddSingleton<IPlatformCredentialCheck, PlatformCredentialCheck>();
        services.AddSingleton<IUserPreferences, UserPreferences>();
        return services;
    }
}
