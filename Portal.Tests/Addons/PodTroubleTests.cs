using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Sandbox.World;
using Portal.Shared;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>Why a workload is not ready, each cause on a real cluster of the sandbox: which pod, which message, since when, who must act.</summary>
public sealed class PodTroubleTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly string[] Masters = ["system:masters"];
    private readonly string id = Guid.NewGuid().ToString();
    private readonly ClusterConnector connector = new(null!, Microsoft.Extensions.Options.Options.Create(new KubernetesOptions()), NetworkTime.Real);
    private KubernetesCaller admin = null!;
    private IKubernetesApi api = null!;

    private IKubernetesFleet Fleet => sandbox.Host.Context.Get<IKubernetesFleet>();

    public async Task InitializeAsync()
    {
        var authority = CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow);
        KubernetesNodeSpec[] nodes = [new("master-0", "master", "10.0.0.5", 2, 4096, "default-master"), new("node-0", "worker", "10.0.0.6", 4, 8192, "default-worker")];
        await Fleet.StartAsync(new KubernetesClusterSpec(id, "test", "project", "v1.31.1", authority, nodes), CancellationToken.None);
        admin = new KubernetesCaller(Fleet.ReserveAddress(id), authority, "admin", Masters);
        using var key = RSA.Create(2048);
        var csr = new CertificateRequest("O=system:masters, CN=admin", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        api = connector.WithIdentity(new ClusterKey(TestScopes.Region, "project", id), new ClusterIdentity(Fleet.ReserveAddress(id), authority.CertificatePem, authority.Sign(csr, DateTimeOffset.UtcNow), key.ExportPkcs8PrivateKeyPem()));
    }

    public async Task DisposeAsync()
    {
        connector.Dispose();
        admin.Dispose();
        await Fleet.RemoveAsync(id);
    }

    [Theory]
    [InlineData("registry.example/no-such:1", null, "addon.image-pull", Actor.Platform, "cannot pull the image registry.example/no-such:1")]
    [InlineData("registry.example/crashing:1", "image_crashes:crashing", "addon.crash-loop", Actor.Project, "crashes again and again")]
    [InlineData("registry.example/deaf:1", "probe_fails:deaf", "addon.probe-failing", Actor.Project, "Readiness probe failed: HTTP probe failed with statuscode: 503")]
    public async Task Container_InTrouble_IsNamedWithSinceAndWho(string image, string? on, string code, Actor actor, string words)
    {
        if (on is not null)
        {
            sandbox.Host.Context.Switch(on, true);
        }

        var deployment = Deployment("web", image);
        if (code == "addon.probe-failing")
        {
            deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["readinessProbe"] = JsonNode.Parse("""{"httpGet":{"path":"/","port":80}}""");
        }

        await ApplyAsync("apps/v1", "deployments", deployment);

        await FoundAsync("web", code, actor, words);
    }

    [Fact]
    public async Task Pod_ThatFitsNoNode_IsUnschedulable()
    {
        var deployment = Deployment("big", "nginx:1");
        deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"cpu":"100"}}""");
        await ApplyAsync("apps/v1", "deployments", deployment);

        await FoundAsync("big", "addon.unschedulable", Actor.Project, "Insufficient cpu");
    }

    [Fact]
    public async Task Volume_ThatNobodyMakes_IsNamed()
    {
        await ApplyAsync("v1", "persistentvolumeclaims", JsonNode.Parse("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"no-such","resources":{"requests":{"storage":"1Gi"}}}}""")!.AsObject());
        var deployment = Deployment("db", "nginx:1");
        deployment["spec"]!["template"]!["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"data","persistentVolumeClaim":{"claimName":"data"}}]""");
        await ApplyAsync("apps/v1", "deployments", deployment);

        await FoundAsync("db", "addon.volume-pending", Actor.Platform, "waits for its volume data: storageclass.storage.k8s.io \"no-such\" not found");
    }

    [Fact]
    public async Task Quota_ThatRefusesPods_IsTold()
    {
        await ApplyAsync("v1", "resourcequotas", JsonNode.Parse("""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"none"},"spec":{"hard":{"pods":"0"}}}""")!.AsObject());
        await ApplyAsync("apps/v1", "deployments", Deployment("poor", "nginx:1"));

        await FoundAsync("poor", "addon.pods-refused", Actor.Project, "exceeded quota: none");
    }

    [Fact]
    public async Task Node_ThatDoesNotAnswer_IsNamed()
    {
        await ApplyAsync("apps/v1", "deployments", Deployment("lost", "nginx:1"));
        await admin.UntilAsync("/apis/apps/v1/namespaces/default/deployments/lost", d => d["status"]?["availableReplicas"]?.GetValue<int>() == 1);
        Assert.Null(await PodTrouble.FindAsync(api, await WorkloadAsync("lost"), default));
        using var silent = new StringContent("""{"status":{"conditions":[{"type":"Ready","status":"Unknown","reason":"NodeStatusUnknown","message":"Kubelet stopped posting node status.","lastTransitionTime":"2026-11-23T07:00:00Z"}]}}""", Encoding.UTF8, "application/strategic-merge-patch+json");
        using var answer = await admin.Http.PatchAsync("/api/v1/nodes/node-0/status", silent);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        var found = await FoundAsync("lost", "addon.node-gone", Actor.Project, "The node node-0");

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 7, 0, 0, TimeSpan.Zero), found.Since);
        Assert.EndsWith("Kubelet stopped posting node status. Since 23 Nov, 07:00 UTC.", Reasons.Tell(found.Reason), StringComparison.Ordinal);
    }

    private async Task<PodFinding> FoundAsync(string name, string code, Actor actor, string words)
    {
        PodFinding? found = null;
        await Eventually.TrueAsync(async () => (found = await PodTrouble.FindAsync(api, await WorkloadAsync(name), default))?.Reason.Code == code, code);
        Assert.Equal(actor, found!.Actor);
        Assert.NotNull(found.Since);
        Assert.Contains(words, Reasons.Tell(found.Reason), StringComparison.Ordinal);
        Assert.DoesNotMatch("\\{(pod|container|image|claim|node|workload|message|since)\\}", Reasons.Tell(found.Reason));
        Assert.NotNull(Reasons.ActionOf(found.Reason));
        return found;
    }

    private async Task<JsonObject> WorkloadAsync(string name) => (await api.FindAsync(KubernetesResource.Of("apps/v1", "Deployment"), "default", name, default))!;

    private async Task ApplyAsync(string version, string plural, JsonObject body)
    {
        var path = version == "v1" ? "/api/v1" : "/apis/" + version;
        using var applied = await admin.ApplyAsync($"{path}/namespaces/default/{plural}/{body["metadata"]!["name"]}", body);
        Assert.Equal(HttpStatusCode.Created, applied.StatusCode);
    }

    private static JsonObject Deployment(string name, string image) => JsonNode.Parse($$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{{name}}}"}},
        "template":{"metadata":{"labels":{"app":"{{{name}}}"}},"spec":{"containers":[{"name":"app","image":"{{{image}}}"}] } } } }
        """)!.AsObject();
}
