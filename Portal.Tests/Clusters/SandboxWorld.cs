using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Delivery;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Sandbox.Hosting;
using Portal.Tests.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>The feature as the portal composes it, over HTTP before a sandbox of its own; people sign in as they do in a browser.</summary>
public class SandboxWorld : IAsyncLifetime
{
    private ServiceProvider services = null!;

    /// <summary>Gets the running sandbox.</summary>
    public SandboxHost Host { get; private set; } = null!;

    internal IClusterService Clusters => services.GetRequiredService<IClusterService>();

    internal IClusterOffer Offer => services.GetRequiredService<IClusterOffer>();

    internal IClusterEvidence Evidence => services.GetRequiredService<IClusterEvidence>();

    internal IMagnumClient Magnum => services.GetRequiredService<IMagnumClient>();

    internal IPlanService Plans => services.GetRequiredService<IPlanService>();

    internal IAuditLog Audit => services.GetRequiredService<IAuditLog>();

    internal T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    internal object Get(Type type) => services.GetRequiredService(type);

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        Host = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 100 }, CancellationToken.None);
        var cloud = new CloudOptions { KeystoneUrl = Host.Context.Address("keystone"), IdentityProvider = "lab" };
        (cloud.ServiceUser.Name, cloud.ServiceUser.Password, cloud.ServiceUser.Project) = ("portal", Host.Context.Options.Password, "admin");
        var collection = new ServiceCollection().AddLogging();
        collection.AddSingleton<TimeProvider>(Host.Context.Clock);
        collection.AddSingleton(MemoryHome.NewStore());
        collection.AddSingleton<ISecretProtector>(new SecretProtector(MasterKeys.Parse($"test:{Convert.ToBase64String(SHA256.HashData("test"u8))}", "test")));
        collection.AddSingleton<IIdentityProvider, NoProvider>();
        collection.Configure<IdentityOptions>(o => o.Clouds["lab"] = cloud);
        collection.Configure<ClustersOptions>(o =>
        {
            (o.PollMoving, o.PollCalm, o.LookAgain) = (TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(200));
            (o.Settle, o.NoMovement) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30));
            Configure(o);
        });
        collection.AddLive();
        collection.AddSingleton<IClusterProbe, ClusterProbe>().AddSingleton<IClusterReach, ClusterReach>();
        collection.AddBackends().AddAudit().AddIdentity().AddProvisioning(new ProvisioningOptions()).AddClusters();
        services = collection.BuildServiceProvider();
        foreach (var hosted in services.GetServices<IHostedService>())
        {
            await hosted.StartAsync(default);
        }
    }

    /// <summary>Changes how clusters are followed.</summary>
    protected virtual void Configure(ClustersOptions options)
    {
    }

    /// <summary>Signs somebody in and enters a project.</summary>
    public async Task<Scope> EnterAsync(string user, string project)
    {
        var session = await services.GetRequiredService<ISessions>().BeginAsync(await CoreIdentity.SignInAsync(Host, user), null, default);
        var scopes = services.GetRequiredService<ISessionScopes>();
        var id = (await scopes.ListProjectsAsync(session.Id, default)).Single(p => p.Name == project).Id;
        return await scopes.EnterAsync(session.Id, id, default);
    }

    /// <summary>Waits until a cluster is as wanted.</summary>
    public async Task<ClusterView?> UntilAsync(Scope scope, string id, Func<ClusterView?, bool> wanted, string what)
    {
        ClusterView? seen = null;
        await Eventually.TrueAsync(async () => wanted(seen = (await Clusters.WatchAsync(scope, default)).Items.FirstOrDefault(v => v.Cluster.Id == id)), what);
        return seen;
    }

    /// <summary>Turns a switch of the sandbox.</summary>
    public async Task SwitchAsync(string name, bool on)
    {
        using var http = new HttpClient();
        using var content = new StringContent(new JsonObject { ["on"] = on }.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"{Host.Context.Address("control")}/{name}"), content);
        answer.EnsureSuccessStatusCode();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        foreach (var hosted in services.GetServices<IHostedService>().Reverse())
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            await hosted.StopAsync(patience.Token);
        }

        await services.DisposeAsync();
        await Host.DisposeAsync();
    }

    private sealed class NoProvider : IIdentityProvider
    {
        public Task<ProviderTokens> RefreshAsync(string refreshToken, CancellationToken cancellationToken) =>
            throw new BackendException("provider", "renew the session", BackendFailure.Unreachable);
    }
}
