using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>A client of one cluster: trusts its CA only, shows a certificate of it.</summary>
internal sealed class KubernetesCaller : IDisposable
{
    private readonly string address;
    private readonly X509Certificate2 trusted;
    private readonly X509Certificate2 certificate;

    public KubernetesCaller(string address, CertificateAuthority authority, string user, IReadOnlyList<string> groups, CertificateAuthority? signer = null)
    {
        this.address = address;
        trusted = X509CertificateLoader.LoadCertificate(authority.Certificate.RawData);
        using var key = RSA.Create(2048);
        var subject = string.Join(", ", groups.Select(g => $"O={g}").Prepend($"CN={user}"));
        var csr = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        using var signed = X509Certificate2.CreateFromPem((signer ?? authority).Sign(csr, DateTimeOffset.UtcNow));
        using var keyed = signed.CopyWithPrivateKey(key);
        certificate = X509CertificateLoader.LoadPkcs12(keyed.Export(X509ContentType.Pkcs12), null);
        Http = new HttpClient(Handler(certificate)) { BaseAddress = new Uri(address) };
    }

    public HttpClient Http { get; }

    public HttpClient WithToken(string token)
    {
        var http = new HttpClient(Handler(null)) { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async Task<HttpResponseMessage> ApplyAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/apply-patch+yaml");
        return await Http.PatchAsync(path + "?fieldManager=test&force=true", content);
    }

    public async Task UntilAsync(string path, Func<JsonObject, bool> condition)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var body = (await Http.GetFromJsonAsync<JsonObject>(path))!;
                seen = body.ToJsonString();
                return condition(body);
            },
            () => $"{path}: {seen}");
    }

    public async Task UntilStatusAsync(string path, HttpStatusCode status)
    {
        var seen = HttpStatusCode.OK;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await Http.GetAsync(path);
                seen = response.StatusCode;
                return seen == status;
            },
            () => $"{path}: {seen}");
    }

    public async Task<ClientWebSocket> ForwardAsync(string path)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v4.channel.k8s.io");
        socket.Options.ClientCertificates = [certificate];
        socket.Options.RemoteCertificateValidationCallback = (_, server, _, _) => Trusts(server);
        await socket.ConnectAsync(new Uri(address.Replace("https:", "wss:", StringComparison.Ordinal) + path), CancellationToken.None);
        return socket;
    }

    public static async Task<string> ReadUntilAsync(WebSocket socket, string end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        var buffer = new byte[8192];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            text.Append(Encoding.UTF8.GetString(buffer, 1, Math.Max(0, result.Count - 1)));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        Http.Dispose();
        certificate.Dispose();
        trusted.Dispose();
    }

    private HttpClientHandler Handler(X509Certificate2? client)
    {
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, server, _, _) => Trusts(server) };
        if (client is not null)
        {
            handler.ClientCertificates.Add(client);
        }

        return handler;
    }

    private bool Trusts(X509Certificate? server)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return server is X509Certificate2 leaf && chain.Build(leaf);
    }
}
