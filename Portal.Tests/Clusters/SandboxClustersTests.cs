using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>The life of clusters, over HTTP against the sandbox.</summary>
public sealed class SandboxClustersTests(SandboxWorld world) : IClassFixture<SandboxWorld>
{
    [Fact]
    public async Task Cluster_CreatedResizedDeleted_IsFollowedToItsEnd()
    {
        var dana = await world.EnterAsync("dana", "team-shop");
        var created = await world.Clusters.CreateAsync(dana, await SpecAsync(dana, "life"), Guid.NewGuid().ToString(), default);

        var ready = await world.UntilAsync(dana, created.ClusterId, v => v?.Cluster.Status is ClusterStatus.CreateComplete && v.State.Code == "ready", "ready");
        Assert.Equal(dana.UserId, ready!.Cluster.UserId);
        Assert.Equal(PlanState.Done, (await world.Plans.FindAsync(dana, created.PlanId, default))!.State);
        Assert.NotEmpty(await world.Evidence.ListEventsAsync(dana, created.ClusterId, 20, default));
        Assert.Equal(["master", "worker"], (await world.Evidence.ListNodeGroupsAsync(dana, created.ClusterId, default)).Select(g => g.Role).Order());
        Assert.Null(await world.Evidence.ExplainAsync(dana, created.ClusterId, default));

        var resize = await world.Clusters.ResizeAsync(dana, created.ClusterId, 3, null, default);
        await world.UntilAsync(dana, created.ClusterId, v => v is { Lock: null, Cluster.NodeAddresses.Length: 3 }, "three nodes");
        Assert.Equal(PlanState.Done, (await world.Plans.FindAsync(dana, resize.Id, default))!.State);

        await world.Clusters.DeleteAsync(dana, created.ClusterId, "life", default);
        await world.UntilAsync(dana, created.ClusterId, v => v is null, "gone");
        var actions = (await world.Audit.ListAsync(dana, 200, null, default)).Select(e => e.Action).ToHashSet();
        Assert.Superset(new HashSet<string> { "cluster.create", "cluster.resize", "cluster.delete" }, actions);
    }

    [Theory]
    [InlineData("no-valid-host", "no-host")]
    [InlineData("deployment", "node-script")]
    public async Task Cluster_Failing_SaysWhy(string cause, string rule)
    {
        var dana = await world.EnterAsync("dana", "team-lab");
        var spec = await SpecAsync(dana, "doomed-" + cause) with { Labels = [new("sandbox_fail", cause)] };
        var created = await world.Clusters.CreateAsync(dana, spec, Guid.NewGuid().ToString(), default);

        var failed = await world.UntilAsync(dana, created.ClusterId, v => v is { State.Code: "creation-failed", State.Reason.Code: not "cluster.why.magnum" }, "failed with its reason");

        Assert.Equal("cluster.why." + rule, failed!.State.Reason!.Code);
        Assert.Equal(rule, (await world.Evidence.ExplainAsync(dana, created.ClusterId, default))!.RuleId);
        Assert.NotEmpty(await world.Evidence.ListFailedResourcesAsync(dana, created.ClusterId, default));
        await Eventually.TrueAsync(async () => (await world.Plans.FindAsync(dana, created.PlanId, default))!.State is PlanState.Failed, "the plan has failed");
        Assert.Equal("cluster.why." + rule, (await world.Plans.FindAsync(dana, created.PlanId, default))!.Steps[0].Reason!.Code);
    }

    [Fact]
    public async Task Cluster_OfAnotherProject_IsNotThereForAnybodyElse()
    {
        var dana = await world.EnterAsync("dana", "team-shop");
        var mei = await world.EnterAsync("mei", "team-data");
        var created = await world.Clusters.CreateAsync(dana, await SpecAsync(dana, "private"), Guid.NewGuid().ToString(), default);
        await world.UntilAsync(dana, created.ClusterId, v => v is not null, "listed");

        Assert.DoesNotContain((await world.Clusters.WatchAsync(mei, default)).Items, v => v.Cluster.Id == created.ClusterId);
        Assert.Null(await world.Clusters.FindAsync(mei, created.ClusterId, default));
        foreach (var call in new Func<Task>[]
        {
            () => world.Clusters.ResizeAsync(mei, created.ClusterId, 5, null, default),
            () => world.Clusters.DeleteAsync(mei, created.ClusterId, "private", default),
            () => world.Clusters.InitialiseAsync(mei, created.ClusterId, "default", default),
            () => world.Evidence.ListEventsAsync(mei, created.ClusterId, 5, default),
            () => world.Evidence.ListFailedResourcesAsync(mei, created.ClusterId, default),
            () => world.Evidence.ListNodeGroupsAsync(mei, created.ClusterId, default),
            () => world.Evidence.ExplainAsync(mei, created.ClusterId, default),
        })
        {
            Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(call)).Failure);
        }
    }

    [Fact]
    public async Task Check_AgainstTheCloud_KnowsKeypairsFlavorsAndRoom()
    {
        var dana = await world.EnterAsync("dana", "team-shop");
        var spec = await SpecAsync(dana, "checked");

        var good = await world.Clusters.CheckAsync(dana, spec, default);
        var bad = await world.Clusters.CheckAsync(dana, spec with { Name = "1", Keypair = "mei-laptop", FlavorId = "huge", NodeCount = 100_000 }, default);

        Assert.Empty(good.Missing);
        Assert.True(good.IsValid, string.Join(", ", good.Errors));
        Assert.Contains(good.Needs, n => n is { Resource: "cores", Fits: true });
        Assert.Contains(bad.Errors, e => e is { Field: "Name", Code: "name-pattern" });
        Assert.Contains(bad.Errors, e => e is { Field: "Keypair", Code: "keypair-not-yours" });
        Assert.Contains(bad.Errors, e => e is { Field: "FlavorId", Code: "flavor-not-found" });
        Assert.Contains(bad.Errors, e => e is { Code: "quota-too-small" });
        await Assert.ThrowsAsync<ClusterInvalidException>(() => world.Clusters.CreateAsync(dana, spec with { Name = "1" }, Guid.NewGuid().ToString(), default));
    }

    [Fact]
    public async Task Create_AnswerCutOff_MakesOneCluster()
    {
        var dana = await world.EnterAsync("dana", "team-shop");
        var spec = await SpecAsync(dana, "cut");
        world.Host.Context.Faults.Add(new() { Service = "openstack", Kind = "cut-answer", Method = "POST", Path = "/v1/clusters$", Times = 1 });
        world.Host.Context.Faults.Add(new() { Service = "magnum", Kind = "cut-answer", Method = "POST", Path = "/v1/clusters$", Times = 1 });

        var created = await world.Clusters.CreateAsync(dana, spec, Guid.NewGuid().ToString(), default);

        await world.Clusters.RefreshAsync(dana, default);
        var one = Assert.Single((await world.Clusters.WatchAsync(dana, default)).Items, v => v.Cluster.Name == "cut");
        Assert.Equal(created.ClusterId, one.Cluster.Id);
        world.Host.Context.Faults.Remove(null);
    }

    [Fact]
    public async Task Reader_Sees_ButChangesNothing()
    {
        var noor = await world.EnterAsync("noor", "team-shop");

        await world.Clusters.WatchAsync(noor, default);
        Assert.NotEmpty(await world.Offer.ListTemplatesAsync(noor, default));
        await Assert.ThrowsAsync<ForbiddenException>(() => world.Clusters.CreateAsync(noor, new ClusterSpec(), Guid.NewGuid().ToString(), default));
    }

    private async Task<ClusterSpec> SpecAsync(Scope scope, string name)
    {
        var templates = await world.Offer.ListTemplatesAsync(scope, default);
        var keypairs = await world.Offer.ListKeypairsAsync(scope, default);
        return new ClusterSpec { Name = name, TemplateId = templates[0].Id, Keypair = keypairs[0].Name, NodeCount = 1, MasterCount = 1 };
    }
}
