using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor;
using MudBlazor.Services;
using Portal.Apps;
using Portal.Logs;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Hosting;

/// <summary>The Blazor application.</summary>
internal static class ShellServices
{
    /// <summary>Adds components with interactive server rendering.</summary>
    public static void AddShell(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices(options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomLeft;
            options.SnackbarConfiguration.MaxDisplayedSnackbars = 3;
            options.SnackbarConfiguration.VisibleStateDuration = 6000;
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddScoped<BrowserZone>();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.AddAssetCompression();
    }

    /// <summary>Maps the pages, and what of them is a file.</summary>
    public static void MapShell(this WebApplication app)
    {
        app.MapLogs();
        app.MapApps();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server => server.ContentSecurityFrameAncestorsPolicy = null) // SecurityHeaders says it for all answers.
            .RequireAuthorization();
    }
}
