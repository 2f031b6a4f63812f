using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Portal.Tests.Registry.Verification;

/// <summary>A site's proxy in front of Harbor, with TLS where it is asked for, that spoils requests or answers as a test says.</summary>
internal sealed class FrontProxy : IAsyncDisposable
{
    private static readonly string[] Hop = ["Transfer-Encoding", "Connection", "Date", "Server"];
    private readonly WebApplication app;
    private readonly HttpClient client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });

    private FrontProxy(WebApplication app) => this.app = app;

    public string Url => app.Urls.First().TrimEnd('/');

    /// <summary>Gets or sets what becomes of the path and query as they were sent.</summary>
    public Func<string, string> Path { get; set; } = path => path;

    /// <summary>Gets or sets what is changed in a request before it goes on.</summary>
    public Action<HttpRequestMessage> Request { get; set; } = _ => { };

    /// <summary>Gets or sets what is changed in an answer's headers.</summary>
    public Action<IHeaderDictionary> Answer { get; set; } = _ => { };

    public static async Task<FrontProxy> StartAsync(string harbor, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var proxy = new FrontProxy(builder.Build());
        proxy.app.Run(http => proxy.HandAsync(http, harbor));
        await proxy.app.StartAsync();
        return proxy;
    }

    /// <summary>Makes a certificate of its own for 127.0.0.1 or for another name.</summary>
    public static X509Certificate2 NewCertificate(string? name = null, int days = 90)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=harbor.example.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (name is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(days));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
        client.Dispose();
    }

    private async Task HandAsync(HttpContext http, string harbor)
    {
        var target = Path(http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), harbor + target);
        if (http.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(http.Request.Body);
        }

        foreach (var (name, values) in http.Request.Headers.Where(h => h.Key is not "Host" and not "Content-Length"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        Request(request);
        using var response = await client.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(h => !Hop.Contains(h.Key)))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        Answer(http.Response.Headers);
        await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
