using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Removal;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;
using Portal.Tests.Clusters;
using Portal.Tests.Registry;
using Portal.Tests.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>A portal with its engine that makes places and takes them away; its home outlives it.</summary>
internal sealed class RemovalPortal : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly string harbor;

    private RemovalPortal(ServiceProvider services, string harbor, FakeClouds clouds) => (this.services, this.harbor, Clouds) = (services, harbor, clouds);

    public FakeClouds Clouds { get; }

    public Scope Administrator { get; } = ComparisonStoriesTests.Administrator();

    public IMappingRemoval Removal => Get<IMappingRemoval>();

    public IHarborClient Harbor => Get<IHarborClient>();

    public IHarborAccounts Accounts => Get<IHarborAccounts>();

    public MappingStore Store => Get<MappingStore>();

    public static async Task<RemovalPortal> StartAsync(string harbor, MemoryHome home, FakeClouds clouds)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddBackends();
        services.AddRegistry();
        services.AddAudit();
        services.AddProvisioning(new ProvisioningOptions());
        services.AddMapping().AddMappingComparison();
        services.AddSingleton<ICloudProjects>(clouds);
        services.AddSingleton<IPlatformScope>(new FakePlatform());
        services.AddSingleton<IDocumentStore>(new DocumentStore(home));
        services.AddSingleton<ISecretProtector>(new SecretProtector(SecretProtectorTests.Keys("a")));
        services.Configure<HarborOptions>(o => (o.Url, o.Password) = (harbor, "labpass"));
        services.Configure<MappingOptions>(o => o.CompareEvery = TimeSpan.Zero);
        var portal = new RemovalPortal(services.BuildServiceProvider(), harbor, clouds);
        foreach (var hosted in portal.services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return portal;
    }

    public T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    /// <summary>Makes a place, with so many repositories.</summary>
    public async Task<ProjectMapping> PlaceAsync(MappingInputs project, int repositories = 0)
    {
        var scope = TestScopes.Fake(new Dictionary<string, string>(), project.ProjectId) with { ProjectName = project.ProjectName };
        await Get<IMappingService>().EnsureAsync(scope, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await Get<IMappingService>().EnsureAsync(scope, CancellationToken.None)).IsReady, "the place is ready");
        var mapping = (await Store.FindAsync(project.ProjectId, CancellationToken.None))!;
        using var admin = RunningHarbor.Http(harbor, "admin", "labpass");
        for (var n = 0; n < repositories; n++)
        {
            using var copied = await admin.PostAsync($"/api/v2.0/projects/{mapping.HarborProject}/repositories/app-{n}/artifacts?from={Uri.EscapeDataString(await ImageAsync(admin))}", null);
            copied.EnsureSuccessStatusCode();
        }

        return mapping;
    }

    public async Task<Plan> UntilAsync(string planId, Func<Plan, bool> ready)
    {
        Plan? plan = null;
        await Eventually.TrueAsync(async () => ready((plan = await Get<IPlanService>().FindAsync(Administrator, planId, CancellationToken.None))!), "the plan is as it should be");
        return plan!;
    }

    /// <summary>Says what is left of a place.</summary>
    public async Task<string> LeftAsync(ProjectMapping of)
    {
        var user = await Accounts.FindUserAsync(of.UserName, CancellationToken.None);
        var project = await Harbor.FindProjectAsync(of.HarborProject, CancellationToken.None);
        var record = await Store.FindAsync(of.ProjectId, CancellationToken.None);
        return string.Join(' ', new[] { project is null ? null : "project", user is null ? null : "user", record is null ? null : "record" }.OfType<string>());
    }

    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        foreach (var hosted in services.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(patience.Token);
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    /// <summary>Gives any image of the sandbox's own world.</summary>
    internal static async Task<string> ImageAsync(HttpClient admin)
    {
        var repositories = (await admin.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>("/api/v2.0/repositories?page_size=100"))!;
        foreach (var repository in repositories.Select(r => (string)r!["name"]!))
        {
            var parts = repository.Split('/', 2);
            var artifacts = (await admin.GetFromJsonAsync<System.Text.Json.Nodes.JsonArray>($"/api/v2.0/projects/{parts[0]}/repositories/{Uri.EscapeDataString(Uri.EscapeDataString(parts[1]))}/artifacts"))!;
            if (artifacts.Count > 0)
            {
                return $"{repository}@{artifacts[0]!["digest"]}";
            }
        }

        throw new InvalidOperationException("The sandbox has no image.");
    }
}
