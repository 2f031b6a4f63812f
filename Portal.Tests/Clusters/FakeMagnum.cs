using System.Net;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;

namespace Portal.Tests.Clusters;

/// <summary>A Magnum whose rows a test sets by hand, to put it into states that only timing gives.</summary>
internal sealed class FakeMagnum : IMagnumClient, IMagnumCertificates
{
    public Dictionary<string, Cluster> Rows { get; } = [];

    public List<string> Sent { get; } = [];

    public Func<ClusterSpec, string>? OnCreate { get; set; }

    public BackendException? DetailFailure { get; set; }

    public BackendException? ListFailure { get; set; }

    public HashSet<string> Broken { get; } = [];

    /// <summary>Gets what the list does not show, though it is there.</summary>
    public HashSet<string> Unlisted { get; } = [];

    public int Lists { get; private set; }

    /// <summary>Gets or sets the one authority of all clusters.</summary>
    public string AuthorityPem { get; set; } = NewAuthority();

    /// <summary>Gets or sets what a rotation does; without it a new authority is there at once, as with Magnum.</summary>
    public Action? OnRotate { get; set; }

    public Cluster Put(Cluster cluster) => Rows[cluster.Id] = cluster;

    public static Cluster Row(string project = "p1", string name = "shop", ClusterStatus status = ClusterStatus.CreateComplete, int nodes = 1, string? id = null) => new()
    {
        Id = id ?? Guid.NewGuid().ToString(),
        Name = name,
        ProjectId = project,
        UserId = "u1",
        TemplateId = "t",
        NodeCount = nodes,
        MasterCount = 1,
        NodeAddresses = [.. Enumerable.Range(1, nodes).Select(i => $"10.0.0.{i}")],
        ApiAddress = "https://10.0.0.100:6443",
        Status = status,
        StatusText = status.ToString(),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public Task<IReadOnlyList<Cluster>> ListClustersAsync(Scope scope, bool detail, CancellationToken cancellationToken)
    {
        Lists++;
        var failure = ListFailure ?? (detail ? DetailFailure : null);
        return failure is not null
            ? throw failure
            : Task.FromResult<IReadOnlyList<Cluster>>([.. Rows.Values.Where(r => !Unlisted.Contains(r.Id)).Select(r => detail ? r : r with { ProjectId = "", IsDetailed = false })]);
    }

    public Task<Cluster?> FindClusterAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        Broken.Contains(id) ? throw new BackendException("magnum", "find cluster", BackendFailure.Invalid, "master_count") : Task.FromResult(Rows.GetValueOrDefault(id));

    public Task<string> CreateClusterAsync(Scope scope, ClusterSpec spec, CancellationToken cancellationToken)
    {
        Sent.Add("create " + spec.Name);
        return Task.FromResult(OnCreate!(spec));
    }

    public Task ResizeClusterAsync(Scope scope, string id, int nodeCount, string? nodeGroup, CancellationToken cancellationToken)
    {
        Sent.Add($"resize {nodeCount}");
        Rows[id] = Rows[id] with { NodeCount = nodeCount };
        return Task.CompletedTask;
    }

    public Task<bool> DeleteClusterAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        Sent.Add("delete");
        return Task.FromResult(true);
    }

    public Task<string?> FindAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Task.FromResult<string?>(AuthorityPem);

    public Task<string> SignAsync(Scope scope, string clusterId, string requestPem, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RotateAuthorityAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        Sent.Add("rotate");
        OnRotate?.Invoke();
        AuthorityPem = NewAuthority();
        return Task.CompletedTask;
    }

    private static string NewAuthority()
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=authority", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(50));
        return made.ExportCertificatePem();
    }

    public Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<NodeGroup>>(
            [new() { Id = "w", Name = "default-worker", Role = "worker", NodeCount = Rows[clusterId].NodeCount, IsDefault = true, MaxNodeCount = 10, Status = ClusterStatus.CreateComplete }]);

    public Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ClusterTemplate>>([new() { Id = "t", Name = "k8s", Coe = "kubernetes", FlavorId = "s", MasterFlavorId = "s" }]);

    public Task<ClusterTemplate?> FindTemplateAsync(Scope scope, string id, CancellationToken cancellationToken) => Task.FromResult<ClusterTemplate?>(null);

    public Task<ProjectQuota> GetClusterQuotaAsync(Scope scope, CancellationToken cancellationToken) =>
        throw new BackendException("magnum", "read cluster quota", BackendFailure.Broken, null, HttpStatusCode.InternalServerError);
}
