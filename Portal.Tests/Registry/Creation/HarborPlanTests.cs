using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Core.Registry.Creation.Steps;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Faults;
using Portal.Tests.Addons;
using Portal.Tests.Registry.Verification;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Creation;

/// <summary>A Harbor through Heat, on the engine: made, entered, used, upgraded, deleted; and what goes wrong on the way.</summary>
[Trait("lane", "real")]
public sealed class HarborPlanTests
{
    [Fact]
    public async Task Create_MakesEntersAndUsesIt_ThroughARestartAndALostAnswer()
    {
        await using var world = await HarborWorld.StartAsync();
        await Assert.ThrowsAsync<BackendException>(() => world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None));
        world.Host.Sandbox.Context.Faults.Add(new Fault { Service = "heat", Kind = "cut-answer", Method = "POST", Path = "/stacks", Times = 1 });

        var plan = await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None);
        Assert.Equal(plan.Id, (await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None)).Id);
        var userData = await world.BootAsync();
        await world.Host.RestartAsync();
        await world.SignalAsync();
        plan = await world.UntilAsync(plan, PlanState.Done, PlanState.Failed, PlanState.NeedsSomeone);

        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        Assert.Single(world.Stacks());
        Assert.DoesNotContain("PRIVATE", userData, StringComparison.Ordinal);
        Assert.False(await world.TakesAsync("admin", HarborWorld.FirstPassword));
        var records = world.Host.Get<HarborRecords>();
        var record = (await records.FindRecordAsync(CancellationToken.None))!;
        Assert.Equal(("https://harbor.site.test", "portal", true), (record.Url, record.UserName, record.Stack!.IsRegistered));
        Assert.Equal(world.Certificate.Trim(), record.Authority!.Trim());
        Assert.Null(await records.FindSecretsAsync(plan.Id, CancellationToken.None));
        Assert.True(await world.TakesAsync("admin", records.Open("admin", record.Stack.AdminPassword)!));
        Assert.Equal("db_auth", (await world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None)).AuthMode);
        var home = await world.Registration.GetAsync(world.Administrator, CancellationToken.None);
        Assert.Equal((HarborSource.Registered, "pavel", record.Stack.Volume), (home.Source, home.RegisteredBy, home.Stack!.Volume));
    }

    [Fact]
    public async Task UpgradeAndDelete_KeepTheVolume_AndAskForTheName()
    {
        await using var world = await HarborWorld.StartAsync();
        await world.CreateAsync();
        var before = (await world.Registration.GetAsync(world.Administrator, CancellationToken.None)).Stack!;
        await Assert.ThrowsAsync<ClusterActionException>(() => world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None));
        await Assert.ThrowsAsync<ClusterInvalidException>(() => world.Registration.UpgradeAsync(world.Administrator, "fedora-coreos-38", "", "other", CancellationToken.None));

        var upgrade = await world.Registration.UpgradeAsync(world.Administrator, "fedora-coreos-38", "", "harbor", CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(world.Stacks() is [{ } stack] && stack.Id != before.Id), "the new stack is there", within: TimeSpan.FromMinutes(2));
        Assert.Contains($"VOLUME='{before.Volume}'", await world.BootAsync(), StringComparison.Ordinal);
        await world.SignalAsync(kept: true);
        upgrade = await world.UntilAsync(upgrade, PlanState.Done, PlanState.Failed, PlanState.NeedsSomeone);
        Assert.True(upgrade.State is PlanState.Done, InitialisationTests.Explain(upgrade));
        var after = (await world.Registration.GetAsync(world.Administrator, CancellationToken.None)).Stack!;
        Assert.Equal((before.Volume, true), (after.Volume, after.IsRegistered));

        await PlaceAsync(world);
        await Assert.ThrowsAsync<ClusterInvalidException>(() => world.Registration.DeleteAsync(world.Administrator, null, CancellationToken.None));
        var deletion = await world.UntilAsync(await world.Registration.DeleteAsync(world.Administrator, "harbor", CancellationToken.None), PlanState.Done, PlanState.Failed, PlanState.NeedsSomeone);
        Assert.True(deletion.State is PlanState.Done, InitialisationTests.Explain(deletion));
        Assert.Contains(deletion.Steps.SelectMany(s => s.Made), m => m.Name == before.Volume);
        Assert.Empty(world.Stacks());
        Assert.Equal(HarborSource.None, (await world.Registration.GetAsync(world.Administrator, CancellationToken.None)).Source);
    }

    [Fact]
    public async Task InstanceSaysThatItFailed_PlanFailsWithItsWords_AndUndoTakesTheStackAway()
    {
        await using var world = await HarborWorld.StartAsync();
        var plan = await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None);
        await world.SignalAsync(failure: "the step installer failed; see /var/log/cloud-init-output.log on the instance");

        plan = await world.UntilAsync(plan, PlanState.Failed, PlanState.NeedsSomeone);
        var step = plan.Steps.Single(s => s.State is StepState.Failed);
        Assert.Equal((WaitSignalStep.StepId, "harbor.resource-failed", "ready"), (step.Id, step.Reason!.Code, step.Reason.Arguments["resource"]));
        Assert.Contains("the step installer failed", step.Reason.Arguments["answer"], StringComparison.Ordinal);

        await world.Plans.CancelAsync(world.Administrator, plan.Id, undo: true, CancellationToken.None);
        await world.UntilAsync(plan, PlanState.Undone);
        Assert.Empty(world.Stacks());
        var records = world.Host.Get<HarborRecords>();
        Assert.Null(await records.FindRecordAsync(CancellationToken.None));
        Assert.Null(await records.FindSecretsAsync(plan.Id, CancellationToken.None));
    }

    [Fact]
    public async Task InstanceNeverSignals_HeatEndsTheWait_AndThePlanSaysSo()
    {
        await using var world = await HarborWorld.StartAsync(pace: 2000);
        var plan = await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None);

        plan = await world.UntilAsync(plan, PlanState.Failed, PlanState.NeedsSomeone, PlanState.Done);

        var reason = plan.Steps.Single(s => s.State is StepState.Failed).Reason!;
        Assert.Equal(("harbor.resource-failed", "WaitConditionTimeout: resources.ready: 0 of 1 received"), (reason.Code, reason.Arguments["answer"]));
    }

    [Fact]
    public async Task SomebodyElseAnswers_PasswordIsNotSentToThem()
    {
        using var theirs = FrontProxy.NewCertificate(HarborWorld.Hostname);
        await using var world = await HarborWorld.StartAsync(theirs);
        var plan = await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None);
        await world.SignalAsync();

        plan = await world.UntilAsync(plan, PlanState.NeedsSomeone, PlanState.Failed, PlanState.Done);

        var step = plan.Steps.Single(s => s.State is StepState.NeedsSomeone);
        Assert.Equal((OpenHarborStep.StepId, "harbor.wrong-certificate", Actor.Platform), (step.Id, step.Reason!.Code, step.Actor));
        Assert.True(await world.TakesAsync("admin", HarborWorld.FirstPassword));
    }

    [Fact]
    public async Task Member_CannotTouchAPlanOfHarbors_NorBeginOneBesideTheService()
    {
        await using var world = await HarborWorld.StartAsync();
        var plan = await world.Registration.CreateAsync(world.Administrator, HarborWorld.Spec, CancellationToken.None);
        await world.BootAsync();

        await Assert.ThrowsAsync<ForbiddenException>(() => world.Plans.CancelAsync(world.Member, plan.Id, undo: true, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => world.Plans.RetryAsync(world.Member, plan.Id, WaitSignalStep.StepId, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => world.Plans.StartAsync(world.Member, new PlanRequest(HarborPlans.Delete, "other", "other", plan.Inputs), CancellationToken.None));
        Assert.Single(world.Stacks());
    }

    [Fact]
    public async Task EveryStep_KilledAtEachOfItsWritesAndRunAgain_MakesOneOfEach()
    {
        await using var world = await HarborWorld.StartAsync();
        var journal = new KilledJournal(world.Administrator, new HarborCreateInputs(HarborWorld.Spec, null));
        string[] steps = [PrepareHarborStep.StepId, CreateStackStep.StepId, WaitSignalStep.StepId, OpenHarborStep.StepId, ScannerStep.StepId, RegisterHarborStep.StepId];

        foreach (var id in steps)
        {
            if (id == WaitSignalStep.StepId)
            {
                await world.SignalAsync();
            }

            await journal.KillAtEachWriteAsync(world.Step(id));
            Assert.Equal(id == ScannerStep.StepId ? StepState.Skipped : StepState.Done, (await journal.RunAsync(world.Step(id), dieAt: null)).State);
        }

        Assert.True(journal.Deaths > 8, $"only {journal.Deaths} deaths");
        Assert.Single(world.Stacks());
        Assert.False(await world.TakesAsync("admin", HarborWorld.FirstPassword));
        Assert.Equal("db_auth", (await world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None)).AuthMode);
        using var http = RunningHarbor.Http(world.HarborUrl, "portal", (await world.Host.Get<HarborRecords>().FindAsync(CancellationToken.None))!.Login.Password);
        Assert.Single(System.Text.Json.Nodes.JsonNode.Parse(await http.GetStringAsync("/api/v2.0/users?q=username%3Dportal"))!.AsArray());

        var undone = world.Step(RegisterHarborStep.StepId);
        await journal.UndoAsync(undone);
        await journal.UndoAsync(undone);
        await Assert.ThrowsAsync<BackendException>(() => world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None));
        await Eventually.TrueAsync(() => journal.TryUndoAsync(world.Step(CreateStackStep.StepId)), "the stack is taken back", within: TimeSpan.FromMinutes(2));
        Assert.Empty(world.Stacks());
        Assert.Null(await world.Host.Get<HarborRecords>().FindRecordAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ExistingHarbor_IsRegisteredAfterItsTest_CountsAtOnce_AndIsForgotten()
    {
        await using var world = await HarborWorld.StartAsync();
        var wrong = new ExistingHarbor($"https://{HarborWorld.Hostname}", "admin", "Wrong-Passw0rd-1", world.Certificate);

        var refused = await world.Registration.RegisterAsync(world.Administrator, wrong, _ => { }, CancellationToken.None);
        Assert.False(refused.IsRegistered);
        Assert.Contains(refused.Report.Checks, c => c.Check == "account" && c.Outcome is Portal.Core.Registry.Verification.CheckOutcome.Failed);
        Assert.Equal(HarborSource.None, (await world.Registration.GetAsync(world.Administrator, CancellationToken.None)).Source);
        var field = await Assert.ThrowsAsync<ClusterInvalidException>(() => world.Registration.RegisterAsync(world.Administrator, wrong with { Url = "https://me:secret@harbor.site.test" }, _ => { }, CancellationToken.None));
        Assert.Equal("harbor-url", field.Errors.Single().Code);

        var done = await world.Registration.RegisterAsync(world.Administrator, wrong with { Password = HarborWorld.FirstPassword }, _ => { }, CancellationToken.None);
        Assert.True(done.IsRegistered, string.Join(", ", done.Report.Checks.Where(c => c.Outcome is Portal.Core.Registry.Verification.CheckOutcome.Failed)));
        Assert.Equal("db_auth", (await world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None)).AuthMode);

        await world.Registration.ForgetAsync(world.Administrator, null, CancellationToken.None);
        await Assert.ThrowsAsync<BackendException>(() => world.Host.Get<IHarborClient>().GetSystemAsync(CancellationToken.None));
    }

    private static async Task PlaceAsync(HarborWorld world)
    {
        var mapping = world.Host.Get<Portal.Core.Mapping.IMappingService>();
        await mapping.EnsureAsync(world.Administrator, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await mapping.FindAsync(world.Administrator, CancellationToken.None))?.ReadyAt is not null, "the project has its place");
    }
}
