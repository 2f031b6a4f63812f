using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Core.Addons;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Provisioning;
using Portal.Hosting;
using Portal.Identity;
using Portal.Monitoring.Charts;
using Portal.Monitoring.Grafana;
using Portal.Shell;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Support;

/// <summary>The portal's pages in a real browser over fakes: every state can be shown at will. Somebody is always signed in.</summary>
internal sealed class UiHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private UiHost(WebApplication app) => _app = app;

    public FakeClusters Clusters { get; } = new();

    public FakePlans Plans { get; } = new();

    public FakeOffer Offer { get; } = new();

    public FakeScopes Scopes { get; } = new();

    public FakeAudit Audit { get; } = new();

    public FakeAccess Access { get; } = new();

    public FakeInside Inside { get; } = new();

    public FakeImages Images { get; } = new();

    public FakeAlerts Alerts { get; } = new();

    public FakeMetrics Metrics { get; } = new();

    public FakeLogs Logs { get; } = new();

    public FakeLooks Looks { get; } = new();

    public FakeSilences Silences { get; } = new();

    public Portal.Core.Monitoring.Grafana.IGrafanaDashboards Dashboards { get; private set; } = null!;

    public FakeReceivers Receivers { get; } = new();

    public string Url => _app.Urls.First();

    public static async Task<UiHost> StartAsync(int port = 0, IClusterMetrics? metrics = null, Portal.Core.Logs.Containers.IContainerLogs? containers = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(App).Assembly.GetName().Name,
            ContentRootPath = Path.Combine(RepositoryPaths.Root, "Portal"),
            EnvironmentName = "Development",
        });
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.UseStaticWebAssets();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddShell();
        builder.Services.AddAuthentication("fake").AddScheme<AuthenticationSchemeOptions, AlwaysSignedIn>("fake", null);
        builder.Services.AddAuthorization();
        builder.Services.AddScoped<PortalSession>();
        builder.Services.AddSingleton(TimeProvider.System);
        HostFakes? fakes = null;
        builder.Services.AddSingleton(_ => fakes!);
        foreach (var type in (Type[])[typeof(IClusterService), typeof(IClusterOffer), typeof(IClusterEvidence), typeof(IPlanService), typeof(ISessionScopes), typeof(IAuditLog), typeof(IKubeconfigService), typeof(IUserPreferences), typeof(IAddonHealthReader), typeof(Portal.Core.Addons.Life.IClusterAddons), typeof(IClusterNodes), typeof(Portal.Core.Registry.IImageService), typeof(Portal.Core.Registry.IRegistryCredentials), typeof(Portal.Core.Registry.IImageUse), typeof(Portal.Core.Registry.IImagePushes), typeof(Portal.Core.Registry.IImageCopies), typeof(Portal.Core.Registry.Hooks.IRegistryEvents), typeof(Portal.Core.Registry.Settings.IImageSettings), typeof(Portal.Core.Registry.Settings.IImageRetention), typeof(Portal.Core.Mapping.IMappingService), typeof(Portal.Core.Mapping.PullRenewal.IPullRenewal), typeof(Portal.Core.Monitoring.Alerts.IProjectAlerts), typeof(Portal.Core.Monitoring.Silences.ISilences), typeof(Portal.Core.Monitoring.Rules.IAlertRules), typeof(Portal.Core.Monitoring.Receivers.IAlertReceivers), typeof(IClusterMetrics), typeof(IPanelPoints), typeof(IChartPlaces), typeof(Portal.Core.Logs.IProjectLogs), typeof(Portal.Core.Logs.ISavedSearches), typeof(IClusterApps), typeof(Portal.Core.Monitoring.Looks.ILookLogs), typeof(Portal.Core.Monitoring.Looks.ILookEvents), typeof(Portal.Core.Monitoring.Looks.ILookDeliveries), typeof(Portal.Core.Monitoring.Looks.ILookNodes), typeof(Portal.Core.Monitoring.Grafana.IGrafanaDashboards), typeof(Portal.Core.Monitoring.Grafana.IGrafanaPanels), typeof(Portal.Core.Logs.Containers.IContainerLogs)])
        {
            builder.Services.AddSingleton(type, services => services.GetRequiredService<HostFakes>().Find(type));
        }

        builder.Services.AddSingleton<Portal.Core.Monitoring.Looks.LookSources>();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets(Path.Combine(AppContext.BaseDirectory, "Portal.staticwebassets.endpoints.json"));
        app.MapCharts();
        app.MapImportedDashboards();
        app.MapShell();
        var host = new UiHost(app);
        host.Dashboards = new Portal.Core.Monitoring.Grafana.GrafanaDashboards(MemoryHome.NewStore(), host.Audit, TimeProvider.System);
        fakes = new HostFakes([containers ?? host.Logs, host.Dashboards, new Portal.Core.Monitoring.Grafana.GrafanaPanels(host.Dashboards, metrics ?? host.Metrics), host.Clusters, host.Offer, host.Plans, host.Scopes, host.Audit, host.Access, host.Inside, host.Images, new FakeImageSettings(), new FakePullRenewal(), new FakeClusterAddons(host.Plans), host.Alerts, host.Silences, host.Receivers, host.Logs, new FakeApps(), metrics ?? host.Metrics, new PanelPointsService(metrics ?? host.Metrics), new ChartPlacesService(metrics ?? host.Metrics), host.Looks]);
        await app.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed record HostFakes(object[] All)
    {
        public object Find(Type type) => All.First(type.IsInstanceOfType);
    }

    private sealed class AlwaysSignedIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity([new Claim("name", "shop-lead"), new Claim("sub", "u1"), new Claim(ShellClaims.Session, "s1")], "fake", "name", null);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), "fake")));
        }
    }
}
