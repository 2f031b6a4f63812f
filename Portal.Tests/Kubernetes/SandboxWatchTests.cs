using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Kubernetes.Watching;
using Portal.Core.Storage;
using Portal.Sandbox.Faults;
using Portal.Sandbox.World;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;
using Xunit.Abstractions;

namespace Portal.Tests.Kubernetes;

/// <summary>A shared watch over TLS against a whole API server: cut, half open, restarted, compacted, its CA rotated.</summary>
public sealed class SandboxWatchTests(SandboxFixture sandbox, ITestOutputHelper output) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly WatchKind<string> Maps = new(KubernetesResource.Of("v1", "ConfigMap"), null, o => (string)o["metadata"]!["name"]!);
    private static readonly string[] Masters = ["system:masters"];
    private readonly ClusterKey key = new(TestScopes.Region, "p1", Guid.NewGuid().ToString());
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly CancellationTokenSource left = new();
    private CertificateAuthority authority = null!;
    private KubernetesCaller admin = null!;
    private ClusterAccessStore access = null!;
    private ClusterConnector connector = null!;
    private KubernetesWatches watches = null!;
    private Task viewer = Task.CompletedTask;
    private Watched<string>? last;

    private IKubernetesFleet Fleet => sandbox.Host.Context.Get<IKubernetesFleet>();

    public async Task InitializeAsync()
    {
        authority = CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow);
        KubernetesNodeSpec[] nodes = [new("master-0", "master", "10.0.0.5", 2, 4096, "default-master")];
        await Fleet.StartAsync(new KubernetesClusterSpec(key.ClusterId, "test", "project", "v1.26.1", authority, nodes), CancellationToken.None);
        admin = new KubernetesCaller(Fleet.ReserveAddress(key.ClusterId), authority, "admin", Masters);
        access = new ClusterAccessStore(MemoryHome.NewStore(), new SecretProtector(MasterKeys.Parse("test:" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), "test")));
        connector = new ClusterConnector(access, Options.Create(new KubernetesOptions()), NetworkTime.Real);
        watches = new KubernetesWatches(connector, Options.Create(new KubernetesOptions()), clock, NullLogger<KubernetesWatches>.Instance);
        await KeepIdentityAsync();
        await AllowAsync();
        await CreateAsync("before");
    }

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await left.CancelAsync();
        await viewer;
        await watches.DisposeAsync();
        connector.Dispose();
        admin.Dispose();
        await Fleet.RemoveAsync(key.ClusterId);
    }

    [Fact]
    public async Task Change_IsSeenAtOnce()
    {
        await LookAsync();
        await CreateAsync("warm");
        await SeenAsync("warm");

        var began = Stopwatch.GetTimestamp();
        await CreateAsync("after");
        await SeenAsync("after");

        output.WriteLine($"made and seen in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task Stream_CutByTheWay_IsOpenedAgain()
    {
        // The list is the first request, the watch the second.
        Spoil("cut-stream");
        await LookAsync();

        await CreateAsync("after");

        await SeenAsync("after");
    }

    [Fact]
    public async Task Stream_HalfOpen_IsLeftByOurOwnClock()
    {
        Spoil("stall");
        await LookAsync();
        await CreateAsync("after");

        await Eventually.TrueAsync(() => last!.Items.Contains("after"), "what was made behind a stalled stream", () => clock.Advance(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Server_RestartedWithItsHistoryGone_IsListedAnew()
    {
        await LookAsync();
        await Fleet.HaltAsync(key.ClusterId);
        await Eventually.TrueAsync(() => last?.Silence is { MayHeal: true }, "the silence is told", () => clock.Advance(TimeSpan.FromSeconds(1)));
        Assert.Contains("before", last!.Items);
        var store = ((Portal.Sandbox.Kubernetes.KubernetesService)Fleet).Find(key.ClusterId)!.Store;
        store.Remove("configmaps", store.Find("configmaps", "default", "before")!);
        Fleet.Compact(key.ClusterId);

        await Fleet.ResumeAsync(key.ClusterId, CancellationToken.None);

        await Eventually.TrueAsync(() => last is { Silence: null } && !last.Items.Contains("before"), "what went meanwhile is gone", () => clock.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Authority_Rotated_IsFollowedOnceTheIdentityIsRenewed()
    {
        await LookAsync();
        authority = CertificateAuthority.Create("next-ca", DateTimeOffset.UtcNow);
        await Fleet.RotateAsync(key.ClusterId, authority, CancellationToken.None);
        await Eventually.TrueAsync(() => last?.Silence is not null, "the old identity is of no use", () => clock.Advance(TimeSpan.FromSeconds(1)));

        await KeepIdentityAsync();

        await Eventually.TrueAsync(
            () => Task.FromResult(last is { Silence: null } && last.Items.Contains("before")),
            $"the renewed one is taken; {last?.Silence?.Message}",
            () => clock.Advance(TimeSpan.FromSeconds(5)),
            TimeSpan.FromSeconds(70));
    }

    private void Spoil(string kind) => sandbox.Host.Context.Faults.Add(
        new Fault { Service = "kubernetes/" + key.ClusterId, Method = "GET", Path = "/configmaps$", Kind = kind, DelayMs = 0, After = 1, Times = 1 });

    private async Task LookAsync()
    {
        viewer = Task.Run(async () =>
        {
            try
            {
                await foreach (var now in watches.WatchAsync(TestScopes.Fake(new Dictionary<string, string>()), key, Maps, left.Token))
                {
                    last = now;
                }
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested)
            {
                // Left.
            }
        });
        await SeenAsync("before");
    }

    private Task SeenAsync(string name) => Eventually.TrueAsync(() => last?.Items.Contains(name) == true, name, () => clock.Advance(TimeSpan.FromMilliseconds(10)));

    private async Task KeepIdentityAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=container-platform-portal, O=system:masters", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        var identity = new ClusterIdentity(Fleet.ReserveAddress(this.key.ClusterId), authority.CertificatePem, authority.Sign(request, DateTimeOffset.UtcNow), key.ExportPkcs8PrivateKeyPem());
        await access.KeepAsync(this.key, identity, CancellationToken.None);
    }

    private async Task AllowAsync()
    {
        await PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterroles", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"maps"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list","watch"]}]}""");
        await PostAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"maps"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"maps"},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"portal:member"}]}""");
    }

    private Task CreateAsync(string name) => PostAsync("/api/v1/namespaces/default/configmaps", $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"}}""");

    private async Task PostAsync(string path, string body)
    {
        using var answer = await admin.Http.PostAsJsonAsync(path, JsonNode.Parse(body));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
