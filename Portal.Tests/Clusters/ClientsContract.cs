using System.Security.Cryptography.X509Certificates;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Compute;
using Portal.Core.Clusters.Creation;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Networking;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>A cloud with people in it.</summary>
internal sealed record ContractCloud
{
    /// <summary>Gives a client.</summary>
    public required Func<Type, object> Client { get; init; }

    /// <summary>Gets somebody who makes clusters, and another member of the same project.</summary>
    public required Scope Creator { get; init; }

    public required Scope SecondMember { get; init; }

    /// <summary>Gets a member of another project.</summary>
    public required Scope Stranger { get; init; }

    /// <summary>Gets the portal's own credential in the creator's project.</summary>
    public required Scope Platform { get; init; }

    public required string Template { get; init; }

    public required string Flavor { get; init; }

    public required string Image { get; init; }

    /// <summary>Gets how long the cloud may take for a cluster.</summary>
    public required TimeSpan Patience { get; init; }

    public T Get<T>()
        where T : class => (T)Client(typeof(T));
}

/// <summary>What the portal's clients make of Magnum, Heat, Nova, Neutron and Glance. One suite for the sandbox and for real servers.</summary>
public abstract class ClientsContract
{
    private const string Unknown = "11111111-2222-4333-8444-555555555555";

    private protected abstract Task<ContractCloud> CloudAsync();

    [Fact]
    public async Task Templates_AreListedAndFound_AndAnUnknownOneIsNull()
    {
        var cloud = await CloudAsync();
        var magnum = cloud.Get<IMagnumClient>();

        var listed = (await magnum.ListTemplatesAsync(cloud.Creator, default)).Single(t => t.Name == cloud.Template);
        var found = await magnum.FindTemplateAsync(cloud.Creator, listed.Id, default);

        Assert.Equal((listed.Id, "kubernetes", cloud.Image), (found!.Id, found.Coe, found.ImageId));
        Assert.NotEmpty(found.Labels["kube_tag"]);
        Assert.Null(await magnum.FindTemplateAsync(cloud.Creator, Unknown, default));
    }

    [Fact]
    public async Task UnknownCluster_IsNullOrNotFound()
    {
        var cloud = await CloudAsync();
        var magnum = cloud.Get<IMagnumClient>();

        Assert.Null(await magnum.FindClusterAsync(cloud.Creator, Unknown, default));
        Assert.False(await magnum.DeleteClusterAsync(cloud.Creator, Unknown, default));
        Assert.Null(await cloud.Get<IMagnumCertificates>().FindAuthorityAsync(cloud.Creator, Unknown, default));
        foreach (var call in new Func<Task>[] { () => magnum.ListNodeGroupsAsync(cloud.Creator, Unknown, default), () => magnum.ResizeClusterAsync(cloud.Creator, Unknown, 2, null, default) })
        {
            Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(call)).Failure);
        }
    }

    [Theory]
    [InlineData("name", nameof(ClusterSpec.Name), "magnum-invalid")]
    [InlineData("template", nameof(ClusterSpec.TemplateId), "template-not-found")]
    [InlineData("keypair", nameof(ClusterSpec.Keypair), "keypair-not-found")]
    [InlineData("flavor", nameof(ClusterSpec.FlavorId), "flavor-not-found")]
    [InlineData("masters", nameof(ClusterSpec.MasterCount), "master-count-needs-load-balancer")]
    [InlineData("workers", nameof(ClusterSpec.NodeCount), "magnum-invalid")]
    public async Task Create_Refused_NamesTheField(string wrong, string field, string code)
    {
        var cloud = await CloudAsync();
        var spec = await SpecAsync(cloud, "refused");
        spec = wrong switch
        {
            "name" => spec with { Name = "1 bad name!" },
            "template" => spec with { TemplateId = Unknown },
            "keypair" => spec with { Keypair = "nobodys-key" },
            "flavor" => spec with { FlavorId = "m9.none" },
            "masters" => spec with { MasterCount = 2 },
            _ => spec with { NodeCount = -1 },
        };

        var e = await Assert.ThrowsAsync<BackendException>(() => cloud.Get<IMagnumClient>().CreateClusterAsync(cloud.Creator, spec, default));

        var error = Assert.Single(MagnumErrors.ToFields(e));
        Assert.Equal((field, code), (error.Field, error.Code));
    }

    [Fact]
    public async Task Offer_OfTheOtherServices_IsRead()
    {
        var cloud = await CloudAsync();

        Assert.Contains(await cloud.Get<INovaClient>().ListFlavorsAsync(cloud.Creator, default), f => f.Name == cloud.Flavor && f.Cores > 0);
        Assert.Contains(await cloud.Get<IGlanceClient>().ListImagesAsync(cloud.Creator, default), i => i.Name == cloud.Image && i.OsDistro == "fedora-coreos");
        Assert.Contains(await cloud.Get<INeutronClient>().ListNetworksAsync(cloud.Creator, default), n => n is { Name: "public", IsExternal: true });
        Assert.Contains(await cloud.Get<INovaClient>().ListQuotasAsync(cloud.Creator, default), q => q.Resource == "cores");
        Assert.Contains(await cloud.Get<INeutronClient>().ListQuotasAsync(cloud.Creator, default), q => q.Resource == "networks");
        var clusters = await cloud.Get<IMagnumClient>().GetClusterQuotaAsync(cloud.Creator, default);
        Assert.True(clusters is { Resource: "clusters", Limit: > 0 });
    }

    [Fact]
    public async Task Keypair_Imported_IsListed_AndASecondOfItsNameIsAConflict()
    {
        var cloud = await CloudAsync();
        var nova = cloud.Get<INovaClient>();
        var name = "contract-" + Guid.NewGuid().ToString("N")[..6];
        const string key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Zy3xGQmGzlW9i5jTn1nS4uR8s0mJ0wKXrM6qJ2k3T contract";

        await nova.ImportKeypairAsync(cloud.Creator, name, key, default);

        Assert.Contains(await nova.ListKeypairsAsync(cloud.Creator, default), k => k.Name == name);
        Assert.DoesNotContain(await nova.ListKeypairsAsync(cloud.SecondMember, default), k => k.Name == name);
        Assert.Equal(BackendFailure.Conflict, (await Assert.ThrowsAsync<BackendException>(() => nova.ImportKeypairAsync(cloud.Creator, name, key, default))).Failure);
        Assert.Equal(BackendFailure.Invalid, (await Assert.ThrowsAsync<BackendException>(() => nova.ImportKeypairAsync(cloud.Creator, name + "-2", "no key", default))).Failure);
    }

    [Fact]
    public async Task Cluster_FromCreationToDeletion_IsItsProjectsAlone_AndSignedForByItsCreatorAndThePlatform()
    {
        var cloud = await CloudAsync();
        var magnum = cloud.Get<IMagnumClient>();
        var spec = await SpecAsync(cloud, "contract-" + Guid.NewGuid().ToString("N")[..6]);
        var id = await magnum.CreateClusterAsync(cloud.Creator, spec, default);

        var found = await magnum.FindClusterAsync(cloud.SecondMember, id, default);
        Assert.Equal((spec.Name, cloud.Creator.ProjectId, cloud.Creator.UserId, ClusterStatus.CreateInProgress), (found!.Name, found.ProjectId, found.UserId, found.Status));
        Assert.Equal(" as typed ", found.Labels["contract"]);
        Assert.Contains(await magnum.ListClustersAsync(cloud.SecondMember, detail: false, default), c => c.Id == id);
        Assert.Contains(await magnum.ListClustersAsync(cloud.Platform, detail: true, default), c => c.Id == id && c.ProjectId == cloud.Creator.ProjectId);
        await NotForStrangersAsync(cloud, id);
        await SigningAsync(cloud, id);
        await StackAsync(cloud, id);

        Assert.True(await magnum.DeleteClusterAsync(cloud.Creator, id, default));
        await UntilAsync(cloud, async () => await magnum.FindClusterAsync(cloud.Creator, id, default) is null, "the cluster is gone");
    }

    [Fact]
    public async Task Cluster_InANetworkThatIsNotThere_IsTakenByMagnum_AndItsFailureIsUnderstood()
    {
        var cloud = await CloudAsync();
        var magnum = cloud.Get<IMagnumClient>();
        var id = await magnum.CreateClusterAsync(cloud.Creator, (await SpecAsync(cloud, "lost")) with { FixedNetwork = "no-such-network" }, default);
        Cluster? cluster = null;
        await UntilAsync(cloud, async () => (cluster = await magnum.FindClusterAsync(cloud.Creator, id, default))!.Status is ClusterStatus.CreateFailed, "it has failed");

        var facts = await new StuckReader(magnum, cloud.Get<IHeatClient>()).ReadAsync(cloud.Creator, cluster!, new Lateness(null, TimeSpan.Zero, null, false, false), default);
        var why = ClusterExplainer.Find(facts);

        Assert.Empty(facts.Missing);
        Assert.Equal("network-missing", why.RuleId);
        Assert.Equal("no-such-network", why.Reason.Arguments["network"]);
        Assert.True(await magnum.DeleteClusterAsync(cloud.Creator, id, default));
    }

    private static async Task NotForStrangersAsync(ContractCloud cloud, string id)
    {
        var magnum = cloud.Get<IMagnumClient>();
        Assert.Null(await magnum.FindClusterAsync(cloud.Stranger, id, default));
        Assert.DoesNotContain(await magnum.ListClustersAsync(cloud.Stranger, detail: false, default), c => c.Id == id);
        Assert.False(await magnum.DeleteClusterAsync(cloud.Stranger, id, default));
        var resize = await Assert.ThrowsAsync<BackendException>(() => magnum.ResizeClusterAsync(cloud.Stranger, id, 3, null, default));
        Assert.Equal(BackendFailure.NotFound, resize.Failure);
    }

    private static async Task SigningAsync(ContractCloud cloud, string id)
    {
        var certificates = cloud.Get<IMagnumCertificates>();
        string? authority = null;
        await UntilAsync(cloud, async () => (authority = await certificates.FindAuthorityAsync(cloud.Platform, id, default)) is not null, "the cluster has its CA");
        using var request = new ClientCertificate();
        var csr = request.RequestPem("somebody", "system:masters");
        foreach (var scope in new[] { cloud.Creator, cloud.Platform })
        {
            using var signed = X509Certificate2.CreateFromPem(await certificates.SignAsync(scope, id, csr, default));
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority!));
            Assert.True(chain.Build(signed));
            Assert.Equal("CN=somebody, O=system:masters", signed.Subject);
        }

        Assert.Equal(BackendFailure.Forbidden, (await Assert.ThrowsAsync<BackendException>(() => certificates.SignAsync(cloud.SecondMember, id, csr, default))).Failure);
        Assert.Equal(BackendFailure.Invalid, (await Assert.ThrowsAsync<BackendException>(() => certificates.SignAsync(cloud.Stranger, id, csr, default))).Failure);
        Assert.Equal(BackendFailure.Invalid, (await Assert.ThrowsAsync<BackendException>(() => certificates.SignAsync(cloud.Creator, id, "no request", default))).Failure);
    }

    private static async Task StackAsync(ContractCloud cloud, string id)
    {
        var heat = cloud.Get<IHeatClient>();
        string? stackId = null;
        await UntilAsync(cloud, async () => (stackId = (await cloud.Get<IMagnumClient>().FindClusterAsync(cloud.Creator, id, default))!.StackId) is not null, "Heat has its stack");

        var stack = await heat.FindStackAsync(cloud.Creator, stackId!, default);

        Assert.StartsWith("CREATE_", stack!.Status, StringComparison.Ordinal);
        await UntilAsync(cloud, async () => (await heat.ListResourcesAsync(cloud.Creator, stack, failedOnly: false, default)).Count > 3, "the stack has resources");
        var events = await heat.ListEventsAsync(cloud.Creator, stack, 10, default);
        Assert.NotEmpty(events);
        Assert.Equal(events.OrderByDescending(e => e.At).Select(e => e.At), events.Select(e => e.At));
        Assert.Null(await heat.FindStackAsync(cloud.Stranger, stackId!, default));
        Assert.Null(await heat.FindStackAsync(cloud.Creator, Unknown, default));
    }

    private static async Task<ClusterSpec> SpecAsync(ContractCloud cloud, string name) => new()
    {
        Name = name,
        TemplateId = (await cloud.Get<IMagnumClient>().ListTemplatesAsync(cloud.Creator, default)).Single(t => t.Name == cloud.Template).Id,
        Labels = [new("contract", " as typed ")],
    };

    // A real Magnum refuses to show a cluster in the last moment of its deletion; the client says that it may heal.
    private static Task UntilAsync(ContractCloud cloud, Func<Task<bool>> condition, string what) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                return await condition();
            }
            catch (BackendException e) when (e.MayHeal)
            {
                return false;
            }
        },
        what,
        within: cloud.Patience);
}
