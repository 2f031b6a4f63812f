using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Tests.Support.Fakes;

/// <summary>What a project may choose from, and the evidence under a cluster, as a test sets it.</summary>
internal sealed class FakeOffer : IClusterOffer, IClusterEvidence
{
    public List<ClusterTemplate> Templates { get; } =
    [
        new() { Id = "t1", Name = "k8s-1.31-ha", Coe = "kubernetes", FlavorId = "m1.large", MasterFlavorId = "m1.medium", MasterLbEnabled = true, ExternalNetworkId = "public", NetworkDriver = "calico", VolumeDriver = "cinder", Labels = ImmutableDictionary<string, string>.Empty.Add("kube_tag", "v1.31.4").Add("boot_volume_size", "20"), IsPublic = true },
        new() { Id = "t2", Name = "k8s-1.31-small", Coe = "kubernetes", FlavorId = "m1.medium", MasterFlavorId = "m1.medium", KeypairId = "shared", FixedNetwork = "private", Labels = ImmutableDictionary<string, string>.Empty.Add("kube_tag", "v1.31.4"), IsPublic = true },
        new() { Id = "t3", Name = "swarm-old", Coe = "swarm" },
    ];

    public ProjectRoom Room { get; set; } = new(
    [
        new("clusters", 6, 10, "count"), new("cores", 132, 200, "core"), new("memory", 348 * 1024, 512 * 1024, "MiB"), new("volumes", 61, 100, "count"), new("load-balancers", 7, 12, "count"), new("floating-ips", 10, 10, "count"),
    ], []);

    public BackendException? Failure { get; set; }

    public List<StackEvent> Events { get; } = [];

    public List<StackResource> Failed { get; } = [];

    public List<NodeGroup> Groups { get; } = [];

    public Explanation? Explanation { get; set; }

    public Task<IReadOnlyList<ClusterTemplate>> ListTemplatesAsync(Scope scope, CancellationToken cancellationToken) => Give<ClusterTemplate>(Templates);

    public Task<IReadOnlyList<Keypair>> ListKeypairsAsync(Scope scope, CancellationToken cancellationToken) => Give<Keypair>([new("laptop-2024", "aa:bb"), new("desk", "cc:dd")]);

    public Task<Keypair> ImportKeypairAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken) => Task.FromResult(new Keypair(name, "ee:ff"));

    public Task<IReadOnlyList<Flavor>> ListFlavorsAsync(Scope scope, CancellationToken cancellationToken) => Give<Flavor>([new("f1", "m1.medium", 2, 4096, 40), new("f2", "m1.large", 4, 8192, 80), new("f3", "m1.xlarge", 8, 16384, 160)]);

    public Task<IReadOnlyList<Network>> ListNetworksAsync(Scope scope, CancellationToken cancellationToken) => Give<Network>([new("n0", "public", true, true, ["s0"]), new("n1", "team-net", false, false, ["s1"])]);

    public Task<IReadOnlyList<ImageRef>> ListImagesAsync(Scope scope, CancellationToken cancellationToken) => Give<ImageRef>([new("i1", "fedora-coreos", "fedora-coreos")]);

    public Task<ProjectRoom> GetRoomAsync(Scope scope, CancellationToken cancellationToken) => Failure is null ? Task.FromResult(Room) : throw Failure;

    public Task<IReadOnlyList<NodeGroup>> ListNodeGroupsAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Give<NodeGroup>(Groups);

    public Task<IReadOnlyList<StackEvent>> ListEventsAsync(Scope scope, string clusterId, int limit, CancellationToken cancellationToken) => Give<StackEvent>(Events);

    public Task<IReadOnlyList<StackResource>> ListFailedResourcesAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Give<StackResource>(Failed);

    public Task<Explanation?> ExplainAsync(Scope scope, string clusterId, CancellationToken cancellationToken) => Task.FromResult(Explanation);

    private Task<IReadOnlyList<T>> Give<T>(IReadOnlyList<T> items) => Failure is null ? Task.FromResult(items) : throw Failure;
}
