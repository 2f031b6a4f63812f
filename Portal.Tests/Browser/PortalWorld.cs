using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Provisioning;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Browser;

/// <summary>Everybody who looks at the portal in a browser shares one sandbox, one portal and one Chromium.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserLane : ICollectionFixture<PortalWorld>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "browser";
}

/// <summary>The sandbox with the demo company, the real portal over it, and a browser.</summary>
public sealed partial class PortalWorld : IAsyncLifetime
{
    private static readonly string[] Quick =
    [
        "--Portal:Clusters:PollMoving=00:00:00.300", "--Portal:Clusters:PollCalm=00:00:02", "--Portal:Clusters:LookAgain=00:00:00.300",
        "--Portal:Clusters:Settle=00:00:02", "--Portal:Clusters:LateAfter=00:00:20", "--Portal:Clusters:ExplainAgain=00:00:03", "--Portal:Addons:PollEvery=00:00:01", "--Portal:Alerts:AskEvery=00:00:01", "--Portal:Alerts:CheckEvery=00:00:05", "--Portal:Addons:Profiles:site-own=cluster-dns", "--Portal:Addons:Profiles:logged=cluster-dns,elasticsearch,kibana,fluentd", "--Portal:Provisioning:RetryBase=00:00:00.300", "--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft.AspNetCore.Authentication=Debug",
    ];

    private readonly Lazy<Task<CreatedCluster>> ready;
    private IPlaywright playwright = null!;

    /// <summary>Initializes a new instance of the <see cref="PortalWorld"/> class.</summary>
    public PortalWorld() => ready = new(() => CreateReadyAsync("shop-ready"));

    /// <summary>Gets the password of everybody and everything in this sandbox: a canary.</summary>
    internal static string Password { get; } = "canary-" + Guid.NewGuid().ToString("N");

    internal RunEvidence Evidence { get; } = new();

    internal PortalHost Host { get; private set; } = null!;

    internal IBrowser Browser { get; private set; } = null!;

    internal SandboxContext Sandbox => Host.Sandbox.Context;

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(60_000);
        Host = await PortalHost.StartAsync(
            Quick,
            new SandboxOptions { Pace = 300, Password = Password },
            builder => builder.Logging.ClearProviders().AddProvider(Evidence));
        playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(playwright);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Browser.DisposeAsync();
        playwright.Dispose();
        await Host.DisposeAsync();
        Evidence.Dispose();
    }

    internal string ProjectId(string name) => Sandbox.Get<ITokenAuthority>().FindProject(name)!.Value.Id;

    /// <summary>Gives the address of a project's page.</summary>
    internal string Path(string project, string rest = "") => $"/p/{ProjectId(project)}{rest}";

    /// <summary>Gives a browser of its own without cookies.</summary>
    internal async Task<Visit> VisitAsync(int width = 1440, ColorScheme theme = ColorScheme.Light, string? locale = null)
    {
        var context = await Browser.NewContextAsync(new() { BaseURL = Host.Url, ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = theme, AcceptDownloads = true, Locale = locale });
        context.SetDefaultTimeout(60_000);
        return await Visit.OpenAsync(new VisitedPortal(Host.Url, Password, SignInPage()), context);
    }

    /// <summary>Gives a visit of somebody who has signed in and looks at a page.</summary>
    internal async Task<Visit> SignedInAsync(string user, string path, int width = 1440, ColorScheme theme = ColorScheme.Light, string? locale = null)
    {
        var visit = await VisitAsync(width, theme, locale);
        await visit.SignInAsync(user, path);
        return visit;
    }

    /// <summary>Gives a cluster of team-shop that has become a platform; made once, by luca.</summary>
    internal Task<CreatedCluster> ReadyClusterAsync() => ready.Value;

    /// <summary>Gives the id of a cluster of the demo company.</summary>
    internal async Task<string> ClusterIdAsync(string project, string name)
    {
        var scope = await ScopeAsync(project);
        var clusters = Host.Get<IClusterService>();
        string? id = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var watch = await clusters.WatchAsync(scope, CancellationToken.None);
                return (id = watch.Items.FirstOrDefault(v => v.Cluster.Name == name)?.Cluster.Id) is not null;
            },
            $"{name} is listed");
        return id!;
    }

    internal Task<Scope> ScopeAsync(string project) =>
        Host.Get<IPlatformScope>().ForProjectAsync(new CloudRegion("sandbox", "RegionOne"), ProjectId(project), "test", "test", CancellationToken.None);

    private async Task<CreatedCluster> CreateReadyAsync(string name)
    {
        var scope = await ScopeAsync("team-shop");
        var template = (await Host.Get<IClusterOffer>().ListTemplatesAsync(scope, CancellationToken.None)).First(t => t.Name == "k8s-1.31-small");
        var created = await Host.Get<IClusterService>().CreateAsync(
            scope, new ClusterSpec { Name = name, TemplateId = template.Id, NodeCount = 2, MasterCount = 1, Profile = "small" }, Guid.NewGuid().ToString(), CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await foreach (var plan in Host.Get<IPlanService>().WatchAsync(scope, created.PlanId, patience.Token))
        {
            if (plan.State is PlanState.Done)
            {
                return created;
            }

            Assert.True(plan.State is PlanState.Running, Addons.InitialisationTests.Explain(plan));
        }

        throw new InvalidOperationException("The watch ended.");
    }

    [GeneratedRegex(@"/signin")]
    internal static partial Regex SignInPage();
}
