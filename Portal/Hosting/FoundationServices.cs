using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Hosting;

/// <summary>What every feature stands on: options, storage, keys, calls to backends, news of changes, audit.</summary>
internal static class FoundationServices
{
    /// <summary>Adds it. Storage comes first, because it opens before anything that reads from it.</summary>
    public static void AddFoundation(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptionSections(builder.Configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddStorage(StorageAt(builder), Section<MasterKeyOptions>(builder, MasterKeyOptions.Section), builder.Environment.IsDevelopment());
        services.AddLive();
        services.AddBackends();
        services.AddAudit();
        services.AddDataProtection().SetApplicationName("container-platform-portal");
        services.AddSingleton<KeyRing>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(p => new ConfigureOptions<KeyManagementOptions>(o => o.XmlRepository = p.GetRequiredService<KeyRing>()));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
    }

    /// <summary>Gives the options of the storage, its folder made absolute below the content root.</summary>
    public static StorageOptions StorageAt(WebApplicationBuilder builder)
    {
        var storage = Section<StorageOptions>(builder, StorageOptions.Section);
        storage.DataFolder = Path.GetFullPath(storage.DataFolder, builder.Environment.ContentRootPath);
        return storage;
    }

    private static T Section<T>(WebApplicationBuilder builder, string section)
        where T : new() => builder.Configuration.GetSection(section).Get<T>() ?? new T();
}
