using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Tests.Clusters;

/// <summary>A cluster's authority is rotated once, whatever dies in between, and only the platform's people are called when it fails.</summary>
public sealed class RotateStepTests : IAsyncLifetime
{
    private readonly ClusterBench bench = new();
    private Cluster cluster = null!;
    private MemoryStepContext context = null!;

    /// <inheritdoc />
    public Task InitializeAsync()
    {
        cluster = bench.Magnum.Put(FakeMagnum.Row());
        context = Context();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Rotation_OldStatusAfterThe202_IsNotBelieved_AndItIsAskedForOnce()
    {
        await WaitsAsync("magnum.rotating");
        await WaitsAsync("magnum.rotating");
        Put(ClusterStatus.UpdateInProgress);
        await WaitsAsync("magnum.rotating");
        Put(ClusterStatus.UpdateComplete);

        Assert.Equal(StepState.Done, (await RunAsync()).State);
        Assert.Equal(["rotate"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Rotation_AnswerLost_IsSeenByTheNewAuthority_AndNotAskedForAgain()
    {
        bench.Magnum.OnRotate = () =>
        {
            bench.Magnum.AuthorityPem = new FakeMagnum().AuthorityPem;
            throw new BackendException("magnum", "rotate", BackendFailure.Timeout, "no answer");
        };
        await Assert.ThrowsAsync<BackendException>(RunAsync);
        Put(ClusterStatus.UpdateInProgress);

        await WaitsAsync("magnum.rotating");
        Put(ClusterStatus.UpdateComplete);

        Assert.Equal(StepState.Done, (await RunAsync()).State);
        Assert.Equal(["rotate"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Rotation_RequestLost_IsAskedForAgain()
    {
        bench.Magnum.OnRotate = () => throw new BackendException("magnum", "rotate", BackendFailure.Unreachable, "down");
        await Assert.ThrowsAsync<BackendException>(RunAsync);
        bench.Magnum.OnRotate = null;

        await WaitsAsync("magnum.rotating");

        Assert.Equal(["rotate", "rotate"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Rotation_ClusterChangedBySomebodyElse_Waits()
    {
        Put(ClusterStatus.UpdateInProgress);

        await WaitsAsync("magnum.busy");

        Assert.Empty(bench.Magnum.Sent);
    }

    [Fact]
    public async Task Rotation_RefusedByMagnum_EndsThePlanWithItsWords()
    {
        bench.Magnum.OnRotate = () => throw new BackendException("magnum", "rotate", BackendFailure.Invalid, "Rotating the CA certificate is not supported");

        var e = await Assert.ThrowsAsync<StepFailedException>(RunAsync);

        Assert.Equal(("cluster.why.magnum", "Rotating the CA certificate is not supported", true), (e.Reason.Code, e.Reason.Arguments["message"], e.Final));
    }

    [Fact]
    public async Task Rotation_FailedOnTheNodes_CallsThePlatform_AndGoesOnWhenTheyMendedIt()
    {
        await WaitsAsync("magnum.rotating");
        Put(ClusterStatus.UpdateInProgress);
        await WaitsAsync("magnum.rotating");
        Put(ClusterStatus.UpdateFailed);

        var e = await Assert.ThrowsAsync<StepFailedException>(RunAsync);
        Assert.Equal((Actor.Platform, false), (e.Actor, e.Final));
        Put(ClusterStatus.UpdateComplete);

        Assert.Equal(StepState.Done, (await RunAsync()).State);
        Assert.Equal(["rotate"], bench.Magnum.Sent);
    }

    [Fact]
    public async Task Rotation_ClusterOfAnotherProject_IsGone()
    {
        bench.Magnum.Put(cluster with { ProjectId = "p2" });

        Assert.Equal("cluster.gone", (await Assert.ThrowsAsync<StepFailedException>(RunAsync)).Reason.Code);
        Assert.Empty(bench.Magnum.Sent);
    }

    private MemoryStepContext Context() => new(
        FakePlanService.Plan(ClusterPlans.RotateAuthority, "x") with { Inputs = JsonSerializer.SerializeToElement(new RotateInputs(cluster.Id, cluster.Name), JsonSerializerOptions.Web) },
        ClusterPlans.RotateStep);

    private void Put(ClusterStatus status) => bench.Magnum.Put(cluster with { Status = status, StatusText = status.ToString() });

    private async Task WaitsAsync(string code)
    {
        var result = await RunAsync();
        Assert.Equal((StepState.Waiting, code), (result.State, result.Reason?.Code));
    }

    private Task<StepResult> RunAsync() => bench.Step(ClusterPlans.RotateStep).RunAsync(context, default);
}
