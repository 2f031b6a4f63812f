using System.Collections.Immutable;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Watching;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

public sealed class ClusterViewsTests
{
    private static readonly Portal.Core.Backends.Scope Member = TestScopes.Fake(new Dictionary<string, string>());

    [Theory]
    [InlineData(ClusterStatus.CreateInProgress, StateKind.Run, "being-created")]
    [InlineData(ClusterStatus.CreateFailed, StateKind.Fail, "creation-failed")]
    [InlineData(ClusterStatus.CreateComplete, StateKind.Wait, "not-initialised")]
    [InlineData(ClusterStatus.UpdateInProgress, StateKind.Run, "updating")]
    [InlineData(ClusterStatus.UpdateFailed, StateKind.Fail, "change-failed")]
    [InlineData(ClusterStatus.RollbackInProgress, StateKind.Run, "rolling-back")]
    [InlineData(ClusterStatus.DeleteInProgress, StateKind.Run, "deleting")]
    [InlineData(ClusterStatus.DeleteFailed, StateKind.Fail, "deletion-failed")]
    [InlineData(ClusterStatus.Unknown, StateKind.Unknown, "no-answer")]
    public void State_WithoutPlans_IsMagnums(ClusterStatus status, StateKind kind, string code)
    {
        var state = View(FakeMagnum.Row(status: status)).State;

        Assert.Equal((kind, code), (state.Kind, state.Code));
    }

    [Theory]
    [InlineData(PlanState.Running, StateKind.Run, "being-initialised")]
    [InlineData(PlanState.NeedsSomeone, StateKind.You, "initialisation-stopped")]
    [InlineData(PlanState.Failed, StateKind.You, "initialisation-stopped")]
    [InlineData(PlanState.Done, StateKind.Ok, "ready")]
    [InlineData(PlanState.Cancelled, StateKind.Wait, "not-initialised")]
    public void State_OfACompleteCluster_IsItsInitialisations(PlanState plan, StateKind kind, string code)
    {
        var cluster = FakeMagnum.Row();

        var state = View(cluster, [FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, plan)]).State;

        Assert.Equal((kind, code), (state.Kind, state.Code));
    }

    [Fact]
    public void State_StaleStatusWhileAResizeRuns_IsResizing()
    {
        var cluster = FakeMagnum.Row();
        var view = View(cluster, [FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, PlanState.Done), FakePlanService.Plan(ClusterPlans.Resize, cluster.Id)]);

        Assert.Equal("resizing", view.State.Code);
        Assert.All(view.Actions.Where(a => a.Action is ClusterAction.Resize or ClusterAction.Delete), a => Assert.Equal("cluster.locked", a.WhyNot!.Code));
    }

    [Fact]
    public void State_DeletionStopped_IsBlocked()
    {
        var cluster = FakeMagnum.Row(status: ClusterStatus.DeleteFailed);
        var step = new PlanStep { Id = "cluster.delete", Version = 1, Phase = "cluster", DependsOn = [], State = StepState.NeedsSomeone, Reason = Reason.Of("cluster.why.delete-blocked"), Actor = Actor.Project };

        var state = View(cluster, [FakePlanService.Plan(ClusterPlans.Delete, cluster.Id, PlanState.NeedsSomeone, "p1", step)]).State;

        Assert.Equal((StateKind.Warn, "deletion-blocked", "cluster.why.delete-blocked"), (state.Kind, state.Code, state.Reason!.Code));
    }

    [Theory]
    [InlineData(StateKind.Warn, "degraded")]
    [InlineData(StateKind.Unknown, "no-answer")]
    public void State_AnotherFeatureKnowsMore_IsNotReady(StateKind condition, string code)
    {
        var cluster = FakeMagnum.Row();

        var state = View(cluster, [FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, PlanState.Done)], [new(condition, Reason.Of("x"), Actor.Project, null)]).State;

        Assert.Equal(code, state.Code);
    }

    [Fact]
    public void State_HealthUnknownToMagnum_StaysReadyButUnhealthyIsDegraded()
    {
        var cluster = FakeMagnum.Row() with { Health = HealthStatus.Unknown };
        var done = FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, PlanState.Done);

        Assert.Equal("ready", View(cluster, [done]).State.Code);
        Assert.Equal("degraded", View(cluster with { Health = HealthStatus.Unhealthy }, [done]).State.Code);
    }

    [Fact]
    public void Actions_OfAReader_HaveNoChanges()
    {
        var reader = TestScopes.Fake(new Dictionary<string, string>(), capabilities: [Portal.Core.Backends.Capability.Read]);

        var actions = ClusterViews.Derive(new ClusterRow(FakeMagnum.Row(), null, null, null), [], [], reader).Actions;

        Assert.Equal([ClusterAction.Kubeconfig], actions.Select(a => a.Action));
    }

    [Fact]
    public void Views_OfAnUnchangedRow_AreEqual()
    {
        var cluster = FakeMagnum.Row();
        var copy = cluster with { NodeAddresses = [.. cluster.NodeAddresses], Labels = ImmutableDictionary<string, string>.Empty };

        Assert.Equal(View(cluster), View(copy));
        Assert.NotEqual(View(cluster), View(cluster with { NodeAddresses = ["other"] }));
    }

    private static ClusterView View(Cluster cluster, IReadOnlyCollection<Plan>? plans = null, ImmutableArray<ClusterCondition> conditions = default) =>
        ClusterViews.Derive(new ClusterRow(cluster, null, "k8s", null), plans ?? [], conditions.IsDefault ? [] : conditions, Member);
}
