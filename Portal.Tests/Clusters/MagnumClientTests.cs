using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

public sealed class MagnumClientTests
{
    private const string Id = "6a0f87e8-6ac6-4429-8c24-1f2ded099091";

    [SkippableFact]
    public async Task FindCluster_Recorded_HasEveryField()
    {
        await using var world = await ClientWorld.StartAsync("magnum/cluster-show");

        var cluster = (await world.Magnum.FindClusterAsync(world.Scope, Id, default))!;

        Assert.Equal(("first", ClusterStatus.CreateComplete, HealthStatus.Unknown, 1, 1), (cluster.Name, cluster.Status, cluster.Health, cluster.NodeCount, cluster.MasterCount));
        Assert.Equal(("https://10.0.0.163:6443", "v1.24.9", TimeSpan.FromMinutes(60)), (cluster.ApiAddress, cluster.KubernetesVersion, cluster.CreateTimeout));
        Assert.Equal("The cluster first is not accessible.", cluster.HealthReasons["api"]);
        Assert.Equal("10.0.0.209", Assert.Single(cluster.NodeAddresses));
        Assert.Equal(DateTimeOffset.Parse("2026-11-22T21:24:38Z", null), cluster.CreatedAt);
        Assert.Equal("v1.24.9", cluster.Labels["kube_tag"]);
        Assert.True(cluster.IsDetailed);
        Assert.Equal(["GET /v1/clusters/" + Id], world.Asked);
    }

    [SkippableFact]
    public async Task FindCluster_Failed_HasTheFaultsOfItsNodeGroups()
    {
        await using var world = await ClientWorld.StartAsync("magnum/cluster-show-create-failed");

        var cluster = (await world.Magnum.FindClusterAsync(world.Scope, Id, default))!;

        Assert.Contains("Deployment exited", cluster.Faults["default-master"], StringComparison.Ordinal);
        Assert.Null(cluster.ApiAddress);
        Assert.Equal(HealthStatus.None, cluster.Health);
    }

    [SkippableTheory]
    [InlineData("magnum/cluster-show-other-tenant-404")]
    [InlineData("magnum/cluster-show-deleted-404")]
    public async Task FindCluster_NotVisible_IsNull(string recording)
    {
        await using var world = await ClientWorld.StartAsync(recording);

        Assert.Null(await world.Magnum.FindClusterAsync(world.Scope, Id, default));
    }

    [Fact]
    public async Task FindCluster_WhileItsNodeGroupsGo_IsMagnumsOwnFailure_AndMayHeal()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(
            http, 400, """{"errors": [{"status": 400, "code": "client", "detail": "Invalid input for field/attribute master_count. Value: '0'. Value should be greater or equal to 1"}]}"""));

        var e = await Assert.ThrowsAsync<BackendException>(() => world.Magnum.FindClusterAsync(world.Scope, Id, default));

        Assert.Equal((BackendFailure.Broken, true), (e.Failure, e.MayHeal));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, e.Status);
        Assert.Contains("master_count", e.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("../quotas")]
    [InlineData("")]
    [InlineData("6a0f87e86ac644298c241f2ded099091")]
    public async Task FindCluster_NotAUuid_IsNeverAsked(string id)
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(http, 200, "{}"));

        Assert.Null(await world.Magnum.FindClusterAsync(world.Scope, id, default));
        await Assert.ThrowsAsync<BackendException>(() => world.Magnum.ResizeClusterAsync(world.Scope, id, 1, null, default));
        Assert.Empty(world.Asked);
    }

    [SkippableFact]
    public async Task ListClusters_SeveralPages_FollowsNext()
    {
        var first = Recording.Read("magnum/clusters-page-1");
        var second = Recording.Read("magnum/clusters-page-2");
        await using var world = await ClientWorld.StartAsync(http => http.Request.Query.ContainsKey("marker") ? second.AnswerAsync(http) : first.AnswerAsync(http));

        var clusters = await world.Magnum.ListClustersAsync(world.Scope, detail: false, default);

        Assert.True(clusters.Count >= 3);
        Assert.All(clusters, c => Assert.False(c.IsDetailed));
        Assert.Contains("marker=", world.Asked[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_Always_AskForVersion110()
    {
        string? version = null;
        await using var world = await ClientWorld.StartAsync(http =>
        {
            version = http.Request.Headers["OpenStack-API-Version"];
            return SmallServer.JsonAsync(http, 200, """{"nodegroups":[]}""");
        });

        await world.Magnum.ListNodeGroupsAsync(world.Scope, Id, default);

        Assert.Equal("container-infra 1.10", version);
    }

    [Fact]
    public async Task CreateCluster_LabelsAsTyped_AreSentAsAnObjectUnchanged()
    {
        JsonNode? sent = null;
        await using var world = await ClientWorld.StartAsync(async http =>
        {
            sent = await JsonNode.ParseAsync(http.Request.Body);
            await SmallServer.JsonAsync(http, 202, $$"""{"uuid":"{{Id}}"}""");
        });
        var spec = new ClusterSpec
        {
            Name = "shop",
            TemplateId = "t",
            NodeCount = 3,
            Labels = [new("Kube_Tag", " v1,a=b "), new("empty", "")],
            CreateTimeout = TimeSpan.FromMinutes(90),
        };

        Assert.Equal(Id, await world.Magnum.CreateClusterAsync(world.Scope, spec, default));

        Assert.Equal(" v1,a=b ", sent!["labels"]!["Kube_Tag"]!.GetValue<string>());
        Assert.Equal("", sent["labels"]!["empty"]!.GetValue<string>());
        Assert.True(sent["merge_labels"]!.GetValue<bool>());
        Assert.Equal(90, sent["create_timeout"]!.GetValue<int>());
        Assert.False(sent.AsObject().ContainsKey("keypair"));
        Assert.False(sent.AsObject().ContainsKey("flavor_id"));
    }

    [Fact]
    public async Task DeleteCluster_GoneAlready_IsFalse()
    {
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(http, 404, """{"errors":[{"title":"","detail":""}]}"""));

        Assert.False(await world.Magnum.DeleteClusterAsync(world.Scope, Id, default));
    }

    [Fact]
    public async Task GetClusterQuota_WithoutRow_TellsTheDefaultAndWhatIsUsed()
    {
        await using var world = await ClientWorld.StartAsync(http => http.Request.Path.StartsWithSegments("/v1/stats")
            ? SmallServer.JsonAsync(http, 200, """{"clusters":3,"nodes":9}""")
            : SmallServer.JsonAsync(http, 200, """{"hard_limit":20,"project_id":"p1","resource":"Cluster"}"""));

        Assert.Equal(new ProjectQuota("clusters", 3, 20, "count"), await world.Magnum.GetClusterQuotaAsync(world.Scope, default));
    }

    [SkippableFact]
    public async Task ListTemplates_Recorded_TellsWhatIsOpen()
    {
        var shown = Recording.Read("magnum/template-show");
        await using var world = await ClientWorld.StartAsync(http => SmallServer.JsonAsync(http, 200, $$"""{"clustertemplates":[{{shown.Body}}]}"""));

        var template = Assert.Single(await world.Magnum.ListTemplatesAsync(world.Scope, default));

        Assert.Equal(("t1", "kubernetes", "v1.24.9"), (template.Name, template.Coe, template.KubernetesVersion));
        Assert.Null(template.KeypairId);
        Assert.False(template.MasterLbEnabled);
        Assert.True(template.FloatingIpEnabled);
    }

    [SkippableFact]
    public async Task Sign_ForAnotherProjectsCluster_IsAFailure()
    {
        await using var world = await ClientWorld.StartAsync("magnum/certificate-sign-other-tenant");

        var e = await Assert.ThrowsAsync<BackendException>(() => world.Certificates.SignAsync(world.Scope, Id, "csr", default));

        Assert.Equal(BackendFailure.Invalid, e.Failure);
    }
}
