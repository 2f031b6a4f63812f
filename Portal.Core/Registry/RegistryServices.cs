using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Hooks;
using Portal.Core.Registry.Settings;
using Portal.Core.Registry.Verification;

namespace Portal.Core.Registry;

/// <summary>Registers the shared registry.</summary>
public static class RegistryServices
{
    /// <summary>Adds Harbor's clients, the images and the personal credentials. Needs Backends, Audit and (for images) Delivery; the caller binds <see cref="HarborOptions"/> to its section.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.AddOptions<HarborOptions>();
        services.AddSingleton<IValidateOptions<HarborOptions>, HarborOptionsValidation>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<HarborInUse>();
        services.AddSingleton<HarborHttp>();
        services.AddSingleton<IHarborClient, HarborClient>();
        services.AddSingleton<IHarborAccounts, HarborAccounts>();
        services.AddSingleton<IHarborImages, HarborImages>();
        services.AddSingleton<IHarborSettings, HarborSettings>();
        services.AddSingleton<HarborHooks>();
        services.AddSingleton<HookTokens>();
        services.AddSingleton<IRegistryEvents, RegistryEvents>();
        services.AddSingleton<AuditedChange>();
        services.AddSingleton<IImageService, ImageService>();
        services.AddSingleton<IImageCopies, ImageCopies>();
        services.AddSingleton<IImagePushes, ImagePushes>();
        services.AddSingleton<IImageSettings, ImageSettingsService>();
        services.AddSingleton<IImageRetention, ImageRetention>();
        services.AddSingleton<IRegistryCredentials, RegistryCredentials>();
        services.AddConnectionTest();
        return services;
    }
}
