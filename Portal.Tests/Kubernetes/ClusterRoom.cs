using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Kubernetes;

/// <summary>A cluster's API that answers as a test says, and the portal's kept identity in it.</summary>
internal sealed class ClusterRoom : IAsyncDisposable
{
    private readonly SmallServer server;
    private readonly ClusterConnector connector;

    private ClusterRoom(SmallServer server, TimeSpan? timeout)
    {
        this.server = server;
        var protector = new SecretProtector(MasterKeys.Parse("test:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), "test"));
        Access = new ClusterAccessStore(Store, protector);
        connector = new ClusterConnector(Access, Options.Create(timeout is { } own ? new KubernetesOptions { Timeout = own } : new KubernetesOptions()), NetworkTime.Real);
    }

    public static ClusterKey Key { get; } = new(TestScopes.Region, "p1", "11111111-2222-3333-4444-555555555555");

    public IDocumentStore Store { get; } = MemoryHome.NewStore();

    public IClusterAccessStore Access { get; }

    public IClusterConnector Connector => connector;

    public Portal.Core.Kubernetes.Watching.IGroupConnector Groups => connector;

    public ClusterIdentity Identity { get; private set; } = null!;

    public IReadOnlyList<string> Asked => server.Asked;

    public static async Task<ClusterRoom> StartAsync(RequestDelegate? answer = null, TimeSpan? timeout = null)
    {
        var room = new ClusterRoom(await SmallServer.StartAsync(answer ?? (http => SmallServer.JsonAsync(http, 200, "{}"))), timeout);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var pem = certificate.ExportCertificatePem();
        room.Identity = new ClusterIdentity(room.server.Url, pem, pem, key.ExportPkcs8PrivateKeyPem());
        await room.Access.KeepAsync(Key, room.Identity, CancellationToken.None);
        return room;
    }

    public async ValueTask DisposeAsync()
    {
        connector.Dispose();
        await server.DisposeAsync();
    }
}
