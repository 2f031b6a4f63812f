using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Magnum;

/// <summary>What Magnum's health poll does: asks the cluster's API whether it lives and whether its nodes are ready.</summary>
internal sealed class HealthProbe(MagnumState state)
{
    private readonly HashSet<string> asking = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, X509Certificate2> clients = new(StringComparer.Ordinal);

    /// <summary>Looks at one cluster; without an authority it cannot be reached at all.</summary>
    public void Look(Cluster cluster, CertificateAuthority? authority)
    {
        if (authority is null)
        {
            Unreachable(cluster);
        }
        else if (asking.Add(cluster.Uuid))
        {
            _ = Task.Run(() => AskAsync(cluster, authority, cluster.ApiAddress!));
        }
    }

    private static void Unreachable(Cluster cluster)
    {
        cluster.HealthStatus = "UNKNOWN";
        cluster.HealthReason = new() { ["api"] = $"The cluster {cluster.Name} is not accessible." };
    }

    private async Task AskAsync(Cluster cluster, CertificateAuthority authority, string address)
    {
        Dictionary<string, string>? found = null;
        try
        {
            found = await ReadAsync(authority, address);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or IOException or CryptographicException)
        {
            // Not accessible: said below.
        }

        lock (state.Cloud.Gate)
        {
            asking.Remove(cluster.Uuid);
            if (found is null)
            {
                Unreachable(cluster);
                return;
            }

            cluster.HealthReason = found;
            cluster.HealthStatus = found["api"] == "ok" && found.Values.Skip(1).All(v => v == "True") ? "HEALTHY" : "UNHEALTHY";
        }
    }

    private async Task<Dictionary<string, string>> ReadAsync(CertificateAuthority authority, string address)
    {
        // A key costs a tenth of a second; one for each authority will do.
        var client = clients.GetOrAdd(authority.CertificatePem, _ => Client(authority, state.Cloud.Now));
        using var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3), UseProxy = false };
        handler.SslOptions.ClientCertificates = [client];
        handler.SslOptions.RemoteCertificateValidationCallback = (_, server, _, _) => server is X509Certificate2 own && authority.Signed(own, state.Cloud.Now);
        using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(8) };
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using (var health = await http.GetAsync(address + "/healthz"))
        {
            found["api"] = health.IsSuccessStatusCode ? "ok" : $"({(int)health.StatusCode})";
        }

        var nodes = JsonNode.Parse(await http.GetStringAsync(address + "/api/v1/nodes"))?["items"]?.AsArray() ?? [];
        foreach (var node in nodes)
        {
            var ready = node!["status"]?["conditions"]?.AsArray().FirstOrDefault(c => c!["type"]!.GetValue<string>() == "Ready");
            found[$"{node["metadata"]!["name"]}.Ready"] = ready?["status"]?.GetValue<string>() ?? "Unknown";
        }

        return found;
    }

    private static X509Certificate2 Client(CertificateAuthority authority, DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("O=system:masters, CN=Magnum User", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var signed = X509Certificate2.CreateFromPem(authority.Sign(request.CreateSigningRequestPem(), now));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
