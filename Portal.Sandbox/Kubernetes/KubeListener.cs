using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Portal.Sandbox.Faults;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes;

/// <summary>The TLS listener of one cluster's API server.</summary>
internal sealed class KubeListener : IAsyncDisposable
{
    private readonly KubeCluster cluster;
    private readonly IPEndPoint endpoint;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly WebApplication app;
    private X509Certificate2? certificate;
    private CertificateAuthority? issuer;

    public KubeListener(SandboxContext context, KubeCluster cluster, IPEndPoint endpoint)
    {
        this.cluster = cluster;
        this.endpoint = endpoint;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Listen);
        app = builder.Build();
        app.UseWebSockets();
        app.UseFaults(context, "kubernetes/" + cluster.Id);
        app.Run(new KubeApi(cluster, stopping.Token).HandleAsync);
    }

    /// <summary>Gets the port, once it listens.</summary>
    public int Port => new Uri(app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal)).Port;

    public Task StartAsync(CancellationToken cancellationToken) => app.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
        certificate?.Dispose();
        stopping.Dispose();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 3 * 1024 * 1024;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 250;
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.HandshakeTimeout = TimeSpan.FromMinutes(1);
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
                https.ServerCertificateSelector = (_, _) => Certificate();
            });
        });
    }

    /// <summary>Gives the serving certificate; made when the first client comes, and anew after a rotation.</summary>
    private X509Certificate2 Certificate()
    {
        lock (gate)
        {
            if (certificate is null || issuer != cluster.Authority)
            {
                issuer = cluster.Authority;
                certificate = issuer.IssueServer("kube-apiserver", ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"], [endpoint.Address, IPAddress.Loopback, IPAddress.Parse("10.254.0.1")], cluster.Context.Clock.Now);
            }

            return certificate;
        }
    }
}
