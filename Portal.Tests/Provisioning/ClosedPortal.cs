using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portal.Tests.Provisioning;

/// <summary>The portal's services over its data, with the storage open and nothing running; the data folder is free again afterwards.</summary>
internal sealed class ClosedPortal : IAsyncDisposable
{
    private readonly WebApplication app;

    private ClosedPortal(WebApplication app) => this.app = app;

    public IServiceProvider Services => app.Services;

    private IEnumerable<IHostedLifecycleService> Lives => app.Services.GetServices<IHostedService>().OfType<IHostedLifecycleService>();

    public static async Task<ClosedPortal> OpenAsync(string[] options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(options);
        Program.AddFeatures(builder);
        var portal = new ClosedPortal(builder.Build());
        foreach (var service in portal.Lives)
        {
            await service.StartingAsync(cancellationToken);
        }

        return portal;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Lives)
        {
            await service.StoppedAsync(CancellationToken.None);
        }

        await app.DisposeAsync();
    }
}
