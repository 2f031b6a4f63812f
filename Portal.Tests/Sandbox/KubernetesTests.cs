using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>One cluster of the sandbox, reached over TLS with a client certificate of its CA.</summary>
public sealed class KubernetesTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly string[] Masters = ["system:masters"];
    private readonly string id = Guid.NewGuid().ToString();
    private KubernetesCaller admin = null!;

    private IKubernetesFleet Fleet => sandbox.Host.Context.Get<IKubernetesFleet>();

    public async Task InitializeAsync()
    {
        var authority = CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow);
        KubernetesNodeSpec[] nodes = [new("master-0", "master", "10.0.0.5", 2, 4096, "default-master"), new("node-0", "worker", "10.0.0.6", 4, 8192, "default-worker")];
        await Fleet.StartAsync(new KubernetesClusterSpec(id, "test", "project", "v1.26.1", authority, nodes), CancellationToken.None);
        admin = new KubernetesCaller(Fleet.ReserveAddress(id), authority, "admin", Masters);
    }

    public async Task DisposeAsync()
    {
        admin.Dispose();
        await Fleet.RemoveAsync(id);
    }

    [Fact]
    public async Task Deployment_Applied_BecomesAvailable()
    {
        using var applied = await admin.ApplyAsync("/apis/apps/v1/namespaces/default/deployments/web", Deployment("web", "nginx:1.25"));
        Assert.Equal(HttpStatusCode.Created, applied.StatusCode);

        await admin.UntilAsync("/apis/apps/v1/namespaces/default/deployments/web", d => d["status"]?["availableReplicas"]?.GetValue<int>() == 2);
    }

    [Fact]
    public async Task Image_NotThere_BacksOff()
    {
        using var applied = await admin.ApplyAsync("/apis/apps/v1/namespaces/default/deployments/broken", Deployment("broken", "registry.example/no-such:1"));

        await admin.UntilAsync("/api/v1/namespaces/default/pods?labelSelector=app%3Dbroken", l =>
            l["items"]!.AsArray().Any(p => p!["status"]!["containerStatuses"]?[0]?["state"]?["waiting"]?["reason"]?.GetValue<string>() == "ImagePullBackOff"));
    }

    [Fact]
    public async Task Impersonation_WithoutRights_IsForbidden()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default/pods");
        request.Headers.Add("Impersonate-User", "alice");
        request.Headers.Add("Impersonate-Group", "oidc:team");
        using var response = await admin.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var status = await response.Content.ReadFromJsonAsync<JsonObject>();
        Assert.Equal("pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", status!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task Token_OfDeletedAccount_IsRefused()
    {
        using var made = await admin.Http.PostAsJsonAsync("/api/v1/namespaces/default/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "robot" } });
        using var asked = await admin.Http.PostAsJsonAsync("/api/v1/namespaces/default/serviceaccounts/robot/token", new JsonObject { ["spec"] = new JsonObject { ["expirationSeconds"] = 3600 } });
        var token = (await asked.Content.ReadFromJsonAsync<JsonObject>())!["status"]!["token"]!.GetValue<string>();
        using var robot = admin.WithToken(token);
        using var before = await robot.GetAsync("/version");
        using var deleted = await admin.Http.DeleteAsync("/api/v1/namespaces/default/serviceaccounts/robot");
        using var after = await robot.GetAsync("/version");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Certificate_OfOldAuthority_IsRefusedAfterRotation()
    {
        var next = CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow);
        await Fleet.RotateAsync(id, next, CancellationToken.None);
        using var renewed = new KubernetesCaller(Fleet.ReserveAddress(id), next, "admin", Masters);
        using var ok = await renewed.Http.GetAsync("/api/v1/nodes");
        using var stale = new KubernetesCaller(Fleet.ReserveAddress(id), next, "admin", Masters, CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow));
        using var refused = await stale.Http.GetAsync("/api/v1/nodes");

        Assert.Equal(HttpStatusCode.OK, ok.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task PortForward_ToPrometheus_AnswersReady()
    {
        using var applied = await admin.ApplyAsync("/api/v1/namespaces/default/pods/prometheus", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "prometheus" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "prometheus", ["image"] = "registry.example/prometheus/prometheus:v3.13.2" }) },
        });
        Assert.Equal(HttpStatusCode.Created, applied.StatusCode);
        await admin.UntilAsync("/api/v1/namespaces/default/pods/prometheus", p => p["status"]?["phase"]?.GetValue<string>() == "Running");

        using var socket = await admin.ForwardAsync("/api/v1/namespaces/default/pods/prometheus/portforward?ports=9090");
        await socket.SendAsync((byte[])[0, .. Encoding.ASCII.GetBytes("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n")], WebSocketMessageType.Binary, true, CancellationToken.None);
        var text = await KubernetesCaller.ReadUntilAsync(socket, "Ready.");

        Assert.Contains("HTTP/1.1 200 OK", text, StringComparison.Ordinal);
        Assert.Contains("Prometheus Server is Ready.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_KeepsTheAuthorizationHeaderToItself_AForwardedPortDoesNot()
    {
        sandbox.Host.Context.Get<IPodPrograms>().Add("nginx", 80, (_, question) => PodAnswer.Text(200, $"authorization [{question.Headers.GetValueOrDefault("Authorization")}] other [{question.Headers.GetValueOrDefault("X-Other")}]"));
        using var applied = await admin.ApplyAsync("/api/v1/namespaces/default/pods/echo", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "echo" },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "echo", ["image"] = "nginx:1.25", ["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 80 }) }) },
        });
        await admin.UntilAsync("/api/v1/namespaces/default/pods/echo", p => p["status"]?["phase"]?.GetValue<string>() == "Running");

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/namespaces/default/pods/echo:80/proxy/");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic c2VjcmV0");
        request.Headers.TryAddWithoutValidation("X-Other", "1");
        using var proxied = await admin.Http.SendAsync(request);
        using var socket = await admin.ForwardAsync("/api/v1/namespaces/default/pods/echo/portforward?ports=80");
        await socket.SendAsync((byte[])[0, .. Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic c2VjcmV0\r\n\r\n")], WebSocketMessageType.Binary, true, CancellationToken.None);

        Assert.Equal("authorization [] other [1]", await proxied.Content.ReadAsStringAsync());
        Assert.Contains("authorization [Basic c2VjcmV0]", await KubernetesCaller.ReadUntilAsync(socket, "other ["), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespace_Deleted_TakesItsContentAlong()
    {
        using var made = await admin.Http.PostAsJsonAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "short" } });
        using var map = await admin.ApplyAsync("/api/v1/namespaces/short/configmaps/x", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "x" } });
        using var deleted = await admin.Http.DeleteAsync("/api/v1/namespaces/short");

        await admin.UntilStatusAsync("/api/v1/namespaces/short", HttpStatusCode.NotFound);
        await admin.UntilStatusAsync("/api/v1/namespaces/short/configmaps/x", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Watch_OfPods_TellsOfANewOne()
    {
        using var stream = await admin.Http.GetStreamAsync("/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Dseen&timeoutSeconds=20");
        using var made = await admin.ApplyAsync("/api/v1/namespaces/default/configmaps/seen", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "seen" } });
        using var reader = new StreamReader(stream);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var line = await reader.ReadLineAsync(patience.Token);

        Assert.StartsWith("{\"type\":\"ADDED\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_FromAVersionOfTheFuture_KeepsSilentUntilThen()
    {
        var list = await admin.Http.GetFromJsonAsync<JsonObject>("/api/v1/namespaces/default/configmaps");
        var future = long.Parse(list!["metadata"]!["resourceVersion"]!.GetValue<string>(), CultureInfo.InvariantCulture) + 1_000_000;
        using var stream = await admin.Http.GetStreamAsync($"/api/v1/namespaces/default/configmaps?watch=true&resourceVersion={future}&timeoutSeconds=1");
        using var made = await admin.ApplyAsync("/api/v1/namespaces/default/configmaps/early", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "early" } });
        using var reader = new StreamReader(stream);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        Assert.Null(await reader.ReadLineAsync(patience.Token));
    }

    [Fact]
    public async Task Quota_WithTheAnswerToACreate_SaysWhatIsUsed()
    {
        using var quota = await admin.ApplyAsync("/api/v1/namespaces/default/resourcequotas/few", new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ResourceQuota",
            ["metadata"] = new JsonObject { ["name"] = "few" },
            ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["count/secrets"] = "5" } },
        });
        for (var made = 1; made <= 3; made++)
        {
            using var secret = await admin.Http.PostAsJsonAsync("/api/v1/namespaces/default/secrets", new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"s{made}" } });
            var used = await admin.Http.GetFromJsonAsync<JsonObject>("/api/v1/namespaces/default/resourcequotas/few");

            Assert.Equal($"{made}", used!["status"]!["used"]!["count/secrets"]!.GetValue<string>());
        }
    }

    private static JsonObject Deployment(string name, string image)
    {
        JsonObject Labels() => new() { ["app"] = name };
        return new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 2,
                ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = Labels() },
                    ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) },
                },
            },
        };
    }
}
