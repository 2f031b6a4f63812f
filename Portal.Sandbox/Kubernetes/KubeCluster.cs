using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes;

/// <summary>One cluster: its store, who may do what, and its time.</summary>
internal sealed class KubeCluster : IDisposable
{
    private readonly byte[] tokenKey;
    private volatile KnownTypes? types;
    private int definitions;

    public KubeCluster(SandboxContext context, KubernetesClusterSpec spec, byte[]? tokenKey = null)
    {
        Context = context;
        Spec = spec;
        Now = context.Clock.Now;
        this.tokenKey = tokenKey ?? ServiceAccountTokens.NewKey();
        Store = new ObjectStore();
        Authorizer = new Authorizer(Store);
        Tokens = new ServiceAccountTokens(Store, this.tokenKey);
        Writer = new Writer(this);
        Prometheus.Series.ClusterHistory.Of(this);
        Store.Changed += change =>
        {
            if (change.Storage == "customresourcedefinitions.apiextensions.k8s.io")
            {
                Interlocked.Increment(ref definitions);
            }
        };
    }

    public SandboxContext Context { get; }

    public KubernetesClusterSpec Spec { get; set; }

    public string Id => Spec.Id;

    public ObjectStore Store { get; }

    public Authorizer Authorizer { get; }

    public ServiceAccountTokens Tokens { get; }

    public Writer Writer { get; }

    /// <summary>Gets tokens that are good without a service account (worlds of the judge only).</summary>
    public Dictionary<string, KubeUser> StaticTokens { get; } = new(StringComparer.Ordinal);

    public CertificateAuthority Authority => Spec.Authority;

    /// <summary>Gets or sets the simulated time of what happens now.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>Gets or sets whether a past is being played, before anybody can look: then durations are as long as real ones.</summary>
    public bool IsInPast { get; set; }

    /// <summary>Gets or sets the address of the API, <c>https://127.x.y.z:6443</c>.</summary>
    public string Address { get; set; } = string.Empty;

    /// <summary>Gets or sets the host on which the scheduler says it runs, or null for the first master.</summary>
    public string? SchedulerHost { get; set; }

    /// <summary>Gets or sets the port that the API server advertises on its own address.</summary>
    public int AdvertisedPort { get; set; } = 6443;

    /// <summary>Gets or sets whether metrics.k8s.io is served.</summary>
    public bool HasMetrics { get; set; } = true;

    /// <summary>Gets or sets how API server and kubelets name their version.</summary>
    public KubeVersion Version { get; set; } = new("v1.26.1", string.Empty);

    /// <summary>Gets what a world declares about its nodes, by name.</summary>
    public Dictionary<string, Controllers.NodeFacts> NodeFacts { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether the cluster has a cloud behind it: load balancers and volumes.</summary>
    public bool HasCloud { get; set; } = true;

    /// <summary>Gets the key that signs tokens, to keep it.</summary>
    public byte[] TokenKey => tokenKey;

    public ResourceTable Types
    {
        get
        {
            var count = Volatile.Read(ref definitions);
            var now = types;
            if (now is null || now.Changes != count)
            {
                now = new KnownTypes(count, new ResourceTable(Store.List("customresourcedefinitions.apiextensions.k8s.io").Select(o => o.Body), HasMetrics));
                types = now;
            }

            return now.Table;
        }
    }

    /// <summary>Gives the kind of a storage, in its first version.</summary>
    public ResourceType Type(string storage) => Types.ByStorage(storage) ?? throw new InvalidOperationException($"No kind '{storage}'.");

    public void Forget() => Interlocked.Increment(ref definitions);

    public void Dispose() => Tokens.Dispose();

    private sealed record KnownTypes(int Changes, ResourceTable Table);
}

/// <summary>The version of a server: <c>v1.26.1</c>, and what its git version has behind it.</summary>
internal sealed record KubeVersion(string Plain, string Suffix)
{
    public int Minor => int.TryParse(Plain.Split('.').ElementAtOrDefault(1), out var minor) ? minor : 0;

    public JsonObject ToJson()
    {
        var parts = Plain.TrimStart('v').Split('.');
        return new JsonObject
        {
            ["major"] = parts[0],
            ["minor"] = parts.Length > 1 ? parts[1] : "0",
            ["gitVersion"] = Plain + Suffix,
            ["gitCommit"] = "d2e245fcc3f3d67b3bbedfe317ad0106f1b23f5d",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2023-04-14T16:52:22Z",
            ["goVersion"] = "go1.19.8",
            ["compiler"] = "gc",
            ["platform"] = "linux/amd64",
        };
    }
}
