using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Compute;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Networking;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>The clients before a small server that answers as a test says.</summary>
internal sealed class ClientWorld : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddLogging().AddBackends().AddClusters().BuildServiceProvider();
    private readonly SmallServer server;

    private ClientWorld(SmallServer server) => this.server = server;

    public IMagnumClient Magnum => services.GetRequiredService<IMagnumClient>();

    public IMagnumCertificates Certificates => services.GetRequiredService<IMagnumCertificates>();

    public IHeatClient Heat => services.GetRequiredService<IHeatClient>();

    public INovaClient Nova => services.GetRequiredService<INovaClient>();

    public INeutronClient Neutron => services.GetRequiredService<INeutronClient>();

    public ICinderClient Cinder => services.GetRequiredService<ICinderClient>();

    public IOctaviaClient Octavia => services.GetRequiredService<IOctaviaClient>();

    public IGlanceClient Glance => services.GetRequiredService<IGlanceClient>();

    public IReadOnlyList<string> Asked => server.Asked;

    public Scope Scope => TestScopes.Fake(new[] { "container-infra", "orchestration", "compute", "network", "volumev3", "load-balancer", "image" }.ToDictionary(t => t, _ => server.Url));

    public static async Task<ClientWorld> StartAsync(RequestDelegate answer) => new(await SmallServer.StartAsync(answer));

    public static Task<ClientWorld> StartAsync(string recording)
    {
        var recorded = Recording.Read(recording);
        return StartAsync(recorded.AnswerAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await services.DisposeAsync();
    }
}
