using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Identity.Keystone;
using Portal.Core.Identity.Sessions;
using Portal.Sandbox.Hosting;
using Portal.Tests.Browser;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>Everything that needs the real servers runs one after the other, on one portal.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabLane : ICollectionFixture<LabWorld>
{
    /// <summary>Name of the collection.</summary>
    public const string Name = "lab";
}

/// <summary>
/// The portal over the real Keystone, Magnum and Heat of <c>deploy/lab</c>, and a browser. A sandbox beside them has what
/// the lab has not: Harbor, and Kubernetes behind the addresses that Magnum gives.
/// </summary>
public sealed partial class LabWorld : IAsyncLifetime
{
    private readonly Lazy<Task<Cluster>> platform;
    private RunningLab? lab;
    private IPlaywright playwright = null!;

    /// <summary>Initializes a new instance of the <see cref="LabWorld"/> class.</summary>
    public LabWorld() => platform = new(() => LabPlatform.MakeAsync(this));

    internal static CloudRegion Region { get; } = new("sandbox", "RegionOne");

    internal RunEvidence Evidence { get; } = new();

    internal ConnectProxy Proxy { get; } = ConnectProxy.Start();

    internal PortalHost Host { get; private set; } = null!;

    internal IBrowser Browser { get; private set; } = null!;

    private string[] Options =>
    [
        $"--urls={RunningLab.PortalUrl}",
        $"--Portal:Clouds:{Region.Cloud}:KeystoneUrl={RunningLab.Keystone}", $"--Portal:Clouds:{Region.Cloud}:IdentityProvider=lab",
        $"--Portal:Clouds:{Region.Cloud}:ServiceUser:Name=portal", $"--Portal:Clouds:{Region.Cloud}:ServiceUser:Password={RunningLab.Password}",
        $"--Portal:Oidc:Authority={RunningLab.Provider}", "--Portal:Oidc:ClientId=container-platform-portal", $"--Portal:Oidc:ClientSecret={RunningLab.Password}",
        "--Portal:Oidc:Resource=urn:lab:keystone", $"--Portal:Kubernetes:ConnectProxies:{Region.Region}={Proxy.Url}",
        "--Portal:Clusters:PollCalm=00:00:10", "--Portal:Provisioning:RetryMax=00:00:05", "--Logging:LogLevel:Default=Debug",
    ];

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(60_000);
        lab = await RunningLab.StartAsync();
        Host = await PortalHost.StartAsync(Options, new SandboxOptions { Pace = 300 }, builder => builder.Logging.ClearProviders().AddProvider(Evidence));
        playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(playwright);
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (platform is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } made })
        {
            await Host.Get<IMagnumClient>().DeleteClusterAsync(await ScopeAsync(LabPlatform.Project), (await made).Id, CancellationToken.None);
        }

        await (Browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        playwright?.Dispose();
        await (Host?.DisposeAsync() ?? ValueTask.CompletedTask);
        Evidence.Dispose();
        Proxy.Dispose();
        await (lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Gives a cluster that has become a platform; made once, by alice.</summary>
    internal Task<Cluster> PlatformAsync() => platform.Value;

    /// <summary>Signs somebody in without a browser and enters a project.</summary>
    internal async Task<Scope> EnterAsync(string user, string project)
    {
        var answer = await ProviderSignIn.TokensAsync(ProviderSignIn.Lab, user);
        var tokens = global::Portal.Identity.OpenIdProvider.Tokens(
            (string)answer["access_token"]!, (string?)answer["refresh_token"], (string?)answer["id_token"], (double)answer["expires_in"]!, DateTimeOffset.UtcNow);
        var session = await Host.Get<ISessions>().BeginAsync(tokens, null, CancellationToken.None);
        return await Host.Get<ISessionScopes>().EnterAsync(session.Id, await ProjectIdAsync(project), CancellationToken.None);
    }

    /// <summary>Gives the id of one of the tenants' projects.</summary>
    internal async Task<string> ProjectIdAsync(string name)
    {
        var keystone = Host.Get<IKeystoneClient>();
        var token = await keystone.SignInServiceUserAsync(Region, null, CancellationToken.None);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Auth-Token", token.Value);
        var domains = await http.GetFromJsonAsync<JsonNode>($"{RunningLab.Keystone}/v3/domains?name=tenants");
        var domain = (string)domains!["domains"]![0]!["id"]!;
        return (await keystone.ListAllProjectsAsync(Region, token.Value, CancellationToken.None)).Single(p => p.Name == name && p.DomainId == domain).Id;
    }

    /// <summary>Gives the address of a project's page.</summary>
    internal async Task<string> PathAsync(string project, string rest = "") => $"/p/{await ProjectIdAsync(project)}{rest}";

    /// <summary>Gives the scope that the portal's own credential has in a project.</summary>
    internal async Task<Scope> ScopeAsync(string project) =>
        await Host.Get<IPlatformScope>().ForProjectAsync(Region, await ProjectIdAsync(project), "test", "test", CancellationToken.None);

    /// <summary>Gives a browser of its own without cookies.</summary>
    internal async Task<Visit> VisitAsync()
    {
        var context = await Browser.NewContextAsync(new() { BaseURL = Host.Url, ViewportSize = new() { Width = 1440, Height = 900 }, AcceptDownloads = true });
        context.SetDefaultTimeout(60_000);
        return await Visit.OpenAsync(new VisitedPortal(Host.Url, RunningLab.Password, SignInPage()), context);
    }

    /// <summary>Gives a visit of somebody who has signed in and looks at a page.</summary>
    internal async Task<Visit> SignedInAsync(string user, string path)
    {
        var visit = await VisitAsync();
        await visit.SignInAsync(user, path);
        return visit;
    }

    [GeneratedRegex(@"/interaction/")]
    internal static partial Regex SignInPage();
}
