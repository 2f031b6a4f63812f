using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Storage.PostgreSql;
using Portal.Core.Storage.Sqlite;

namespace Portal.Core.Storage;

/// <summary>Registers the storage.</summary>
public static class StorageServices
{
    /// <summary>
    /// Adds <see cref="IDocumentStore"/>, <see cref="ISecretProtector"/> and <see cref="SecretRewrap"/> by the sections <c>Portal:Storage</c> and
    /// <c>Portal:MasterKey</c>. The storage is opened when the host starts; what cannot be used ends the start with a <see cref="StorageException"/>.
    /// Call it before services that read from the store when they start.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        var storage = Read<StorageOptions>(configuration, StorageOptions.Section);
        var masterKey = Read<MasterKeyOptions>(configuration, MasterKeyOptions.Section);
        return services.AddStorage(storage, masterKey, environment.IsDevelopment());
    }

    /// <summary>Adds the same from options in hand.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions storage, MasterKeyOptions masterKey, bool development)
    {
        services.AddSingleton(storage);
        services.AddSingleton(Home(storage));
        services.AddSingleton<IDocumentStore, DocumentStore>();
        services.AddSingleton(p => new SecretProtector(new MasterKeySource(masterKey, storage, development, p.GetRequiredService<ILogger<MasterKeySource>>()).Load()));
        services.AddSingleton<ISecretProtector>(p => p.GetRequiredService<SecretProtector>());
        services.AddSingleton(p => new SecretRewrap(p.GetRequiredService<IDocumentHome>(), p.GetRequiredService<SecretProtector>()));
        services.AddHostedService<StorageOpening>();
        return services;
    }

    private static IDocumentHome Home(StorageOptions options) => options.Kind switch
    {
        StorageKind.Sqlite when !string.IsNullOrWhiteSpace(options.DataFolder) => new SqliteHome(options.DataFolder),
        StorageKind.PostgreSql when !string.IsNullOrWhiteSpace(options.ConnectionString) => new PostgreSqlHome(options.ConnectionString),
        StorageKind.PostgreSql => throw new StorageException("Option Portal:Storage:ConnectionString must be set when Portal:Storage:Kind is PostgreSql."),
        _ => throw new StorageException("Option Portal:Storage:DataFolder must not be empty."),
    };

    private static T Read<T>(IConfiguration configuration, string section)
        where T : new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new StorageException($"A value in section {section} of the configuration is wrong: {e.Message}", e);
        }
    }
}
