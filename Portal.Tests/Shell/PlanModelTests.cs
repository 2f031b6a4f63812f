using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Provisioning;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Shell;

public sealed class PlanModelTests
{
    private readonly FakePlans _plans = new();
    private readonly FakeScopes _scopes = new();

    [Fact]
    public async Task Run_Plan_HasFiguresPhasesAndTheStepThatMatters()
    {
        _plans.Plans.Add(ShopPlan.Initialisation());
        var model = new PlanModel(_plans);

        await RunOnceAsync(model, "plan-c1");

        Assert.Equal(8, model.Done);
        Assert.Equal(["cluster", "access", "monitoring", "proof"], model.Phases.Select(p => p.Id));
        Assert.Equal([0, 1, 2, 3], model.Phases.Select(p => p.Column));
        Assert.Equal("addon.prometheus", model.Open!.Id);
        Assert.Single(model.Retrying);
        Assert.True(model.IsFolded(model.Phases[0]));
        Assert.False(model.IsFolded(model.Phases[2]));
        Assert.True(model.CanCancel);
    }

    [Fact]
    public async Task Phase_HalfDone_Moves()
    {
        _plans.Plans.Add(ShopPlan.Initialisation());
        var model = new PlanModel(_plans);

        await RunOnceAsync(model, "plan-c1");

        Assert.Equal(StateKind.Ok, model.Phases[0].Kind);
        Assert.Equal(StateKind.Retry, model.Phases[2].Kind);
        Assert.Equal(StateKind.Wait, model.Phases[3].Kind);
    }

    [Fact]
    public async Task Run_UnknownPlan_IsLoadedAndEmpty()
    {
        var model = new PlanModel(_plans);

        await RunOnceAsync(model, "none");

        Assert.True(model.IsLoaded);
        Assert.Null(model.Plan);
    }

    [Fact]
    public async Task Run_BackendFails_SaysSo()
    {
        _plans.Failure = new BackendException("portal", "find plan", BackendFailure.Broken);
        var model = new PlanModel(_plans);

        await RunOnceAsync(model, "plan-c1");

        Assert.Same(_plans.Failure, model.Failure);
    }

    [Fact]
    public async Task Retry_And_Cancel_AreAskedOnce()
    {
        _plans.Plans.Add(ShopPlan.Initialisation());
        var model = new PlanModel(_plans);
        await RunOnceAsync(model, "plan-c1");

        await model.RetryAsync(_scopes.Scope, model.Open!, CancellationToken.None);
        Assert.True(await model.CancelAsync(_scopes.Scope, undo: true, CancellationToken.None));

        Assert.Equal(["addon.prometheus"], _plans.Retried);
        Assert.Equal([true], _plans.Cancelled);
    }

    [Fact]
    public void Words_WaitingStep_NamesWhatItWaitsFor()
    {
        var plan = ShopPlan.Initialisation();

        Assert.Equal("Starts when Kube state metrics and Prometheus are ready", PlanWords.Why(plan, plan.Steps[^1]));
    }

    private async Task RunOnceAsync(PlanModel model, string id)
    {
        using var left = new CancellationTokenSource();
        var run = model.RunAsync(_scopes.Scope, id, () => Task.CompletedTask, left.Token);
        await left.CancelAsync();
        await run;
    }
}
