using System.Text.Json;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Tests.Clusters;

/// <summary>202 does not mean that anything has begun: the first status after it is the old one.</summary>
public sealed class MovementTests : IAsyncDisposable
{
    private readonly ClusterBench bench = new();

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Resize_OldStatusRightAfterwards_IsNotBelieved()
    {
        var (cluster, context) = Resize(1, 2);

        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.resize", context)).State);
        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.resize", context)).State);

        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateInProgress });
        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.resize", context)).State);

        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateComplete, NodeAddresses = ["a", "b"] });
        Assert.Equal(StepState.Done, (await RunAsync("cluster.resize", context)).State);
        Assert.Equal(["resize 2"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Resize_InProgressNeverSeen_IsDoneOnceTheNodesAreThereAndTimeHasPassed()
    {
        var (cluster, context) = Resize(1, 2);
        await RunAsync("cluster.resize", context);
        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateComplete, NodeAddresses = ["a", "b"] });

        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.resize", context)).State);
        bench.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(StepState.Done, (await RunAsync("cluster.resize", context)).State);
    }

    [Theory]
    [InlineData(ClusterStatus.UpdateComplete, "")]
    [InlineData(ClusterStatus.UpdateFailed, "what failed the last time")]
    public async Task Resize_FailedBeforeAnybodyLooked_SaysWhyAtOnce(ClusterStatus before, string reason)
    {
        var (cluster, context) = Resize(1, 2, before);
        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { StatusReason = reason });
        await RunAsync("cluster.resize", context);

        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateFailed, StatusReason = "No valid host was found" });
        var e = await Assert.ThrowsAsync<StepFailedException>(() => RunAsync("cluster.resize", context));

        Assert.Equal("cluster.why.no-host", e.Reason.Code);
    }

    [Fact]
    public async Task Resize_OldFailureBefore_IsNotTakenForTheNewOne()
    {
        var (cluster, context) = Resize(1, 2, ClusterStatus.UpdateFailed);
        await RunAsync("cluster.resize", context);
        bench.Time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.resize", context)).State);

        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateInProgress });
        await RunAsync("cluster.resize", context);
        bench.Magnum.Put(bench.Magnum.Rows[cluster.Id] with { Status = ClusterStatus.UpdateFailed, StatusReason = "No valid host was found" });
        var e = await Assert.ThrowsAsync<StepFailedException>(() => RunAsync("cluster.resize", context));
        Assert.Equal("cluster.why.no-host", e.Reason.Code);

        await RunAsync("cluster.resize", context);
        Assert.Equal(["resize 2", "resize 2"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Resize_DiedBeforeTheCallLeft_IsSentByTheNextRun()
    {
        var (_, context) = Resize(1, 2);
        await context.KeepAsync("sent-at", bench.Time.GetUtcNow().ToString("O"), default);

        await RunAsync("cluster.resize", context);

        Assert.Equal(["resize 2"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Resize_SomebodyElseChangesTheCluster_Waits()
    {
        var (_, context) = Resize(1, 2, ClusterStatus.UpdateInProgress);

        var result = await RunAsync("cluster.resize", context);

        Assert.Equal("magnum.busy", result.Reason!.Code);
        Assert.Empty(bench.Magnum.Sent);
    }

    [Fact]
    public async Task Resize_NothingEverMoves_AsksThePlatformTeam()
    {
        var (_, context) = Resize(1, 2);
        await RunAsync("cluster.resize", context);
        bench.Time.Advance(TimeSpan.FromMinutes(6));

        var e = await Assert.ThrowsAsync<StepFailedException>(() => RunAsync("cluster.resize", context));

        Assert.Equal(("magnum.no-movement", Actor.Platform), (e.Reason.Code, e.Actor));
    }

    [Fact]
    public async Task Delete_OldStatusThenGone_IsDone()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());
        var context = Context("cluster.delete", ClusterPlans.Delete, new DeleteInputs(cluster.Id, cluster.Name));

        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.delete", context)).State);
        Assert.Equal(StepState.Waiting, (await RunAsync("cluster.delete", context)).State);
        bench.Magnum.Rows.Clear();

        Assert.Equal(StepState.Done, (await RunAsync("cluster.delete", context)).State);
        Assert.Equal(["delete"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Delete_Failed_SaysWhyAndIsSentAgainByARetry()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());
        var context = Context("cluster.delete", ClusterPlans.Delete, new DeleteInputs(cluster.Id, cluster.Name));
        await RunAsync("cluster.delete", context);
        bench.Magnum.Put(cluster with { Status = ClusterStatus.DeleteInProgress });
        await RunAsync("cluster.delete", context);
        bench.Magnum.Put(cluster with { Status = ClusterStatus.DeleteFailed, StatusReason = "One or more ports have an IP allocation from this subnet." });

        var e = await Assert.ThrowsAsync<StepFailedException>(() => RunAsync("cluster.delete", context));
        await RunAsync("cluster.delete", context);

        Assert.Equal(("cluster.why.delete-blocked-port", false), (e.Reason.Code, e.Final));
        Assert.Equal(["delete", "delete"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task WaitMagnum_WhileCreating_TellsHowFarHeatIs()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateInProgress) with { StackId = Guid.NewGuid().ToString() });
        bench.Heat.Resources.Add(new("network", "", "OS::Neutron::Net", "CREATE_COMPLETE", "", null, ""));
        bench.Heat.Resources.Add(new("kube_masters", "", "OS::Heat::ResourceGroup", "CREATE_IN_PROGRESS", "", null, ""));
        var context = Context(ClusterPlans.WaitMagnumStep, ClusterPlans.Initialisation, new InitialisationInputs(cluster.Id, cluster.Name, "default"));

        var result = await RunAsync(ClusterPlans.WaitMagnumStep, context);

        Assert.Equal((StepState.Waiting, "magnum.creating", "1", "2", "kube_masters"), (
            result.State, result.Reason!.Code, result.Reason.Arguments["done"], result.Reason.Arguments["total"], result.Reason.Arguments["current"]));
        bench.Magnum.Put(cluster with { Status = ClusterStatus.CreateComplete });
        Assert.Equal(StepState.Done, (await RunAsync(ClusterPlans.WaitMagnumStep, context)).State);
    }

    [Fact]
    public async Task WaitMagnum_CreationFailed_EndsThePlanWithTheCause()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateFailed) with { StackId = Guid.NewGuid().ToString() });
        bench.Heat.Resources.Add(new("sg", "", "OS::Nova::ServerGroup", "CREATE_FAILED", "Quota exceeded, too many server groups. (HTTP 403)", null, "s"));
        var context = Context(ClusterPlans.WaitMagnumStep, ClusterPlans.Initialisation, new InitialisationInputs(cluster.Id, cluster.Name, "default"));

        var e = await Assert.ThrowsAsync<StepFailedException>(() => RunAsync(ClusterPlans.WaitMagnumStep, context));

        Assert.Equal(("cluster.why.quota", "server groups", true), (e.Reason.Code, e.Reason.Arguments["resource"], e.Final));
    }

    [Fact]
    public async Task WaitMagnum_ClusterOfAnotherProject_IsGone()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(project: "p2"));
        var context = Context(ClusterPlans.WaitMagnumStep, ClusterPlans.Initialisation, new InitialisationInputs(cluster.Id, cluster.Name, "default"));

        Assert.Equal("cluster.gone", (await Assert.ThrowsAsync<StepFailedException>(() => RunAsync(ClusterPlans.WaitMagnumStep, context))).Reason.Code);
    }

    private (Cluster Cluster, MemoryStepContext Context) Resize(int was, int wished, ClusterStatus status = ClusterStatus.CreateComplete)
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: status, nodes: was));
        return (cluster, Context("cluster.resize", ClusterPlans.Resize, new ResizeInputs(cluster.Id, cluster.Name, wished, null, was)));
    }

    private static MemoryStepContext Context(string stepId, string kind, object inputs) =>
        new(FakePlanService.Plan(kind, "x") with { Inputs = JsonSerializer.SerializeToElement(inputs, inputs.GetType(), JsonSerializerOptions.Web) }, stepId);

    private Task<StepResult> RunAsync(string step, StepContext context) => bench.Step(step).RunAsync(context, default);
}
