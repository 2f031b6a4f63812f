using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;

namespace Portal.Tests.Registry;

/// <summary>The portal's Harbor clients, made by their own registration, against one address.</summary>
internal sealed class HarborConnection : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public HarborConnection(string url, Action<HarborOptions>? configure = null)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddBackends();
        collection.AddRegistry();
        collection.Configure<HarborOptions>(options =>
        {
            options.Url = url;
            options.Password = "labpass";
            configure?.Invoke(options);
        });
        services = collection.BuildServiceProvider();
    }

    public IHarborClient Client => services.GetRequiredService<IHarborClient>();

    public IHarborAccounts Accounts => services.GetRequiredService<IHarborAccounts>();

    public IHarborImages Images => services.GetRequiredService<IHarborImages>();

    public static NewRegistryUser NewUser(string name) => new(name, name + "@projects.invalid", "Made by a test", "Example-Passw0rd-1");

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
