using Microsoft.Extensions.Time.Testing;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class ComparisonServiceTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingRoom room = new(sandbox.Address("harbor"));
    private readonly MappingInputs project = MappingRoom.NewProject();

    private static Scope Administrator => ComparisonStoriesTests.Administrator();

    public Task InitializeAsync()
    {
        room.Clouds.Put(project);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await room.DisposeAsync();
    }

    [Fact]
    public async Task Member_OfAProject_IsRefused_AndWhatTheyTriedIsWrittenDown()
    {
        var member = TestScopes.Fake(new Dictionary<string, string>(), project.ProjectId);

        await Assert.ThrowsAsync<ForbiddenException>(() => room.Comparison.GetAsync(member, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Comparison.CompareAsync(member, closely: false, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Comparison.RepairAsync(member, [project.ProjectId], CancellationToken.None));

        Assert.Equal(0, room.Clouds.Asked);
        Assert.Empty(room.Plans.Started);
        var audit = await room.Get<IAuditLog>().ListAsync(member, 100, null, CancellationToken.None);
        Assert.Equal(["mapping.compare forbidden", "mapping.repair-places forbidden"], audit.Select(e => $"{e.Action} {e.Result}").Order());
    }

    [Theory]
    [InlineData("harbor")]
    [InlineData("keystone")]
    public async Task Compare_BackendDown_SaysSo_AndKeepsTheLastResult(string backend)
    {
        var before = await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None);
        if (backend == "harbor")
        {
            sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "status", Status = 503, Path = "/projects" });
        }
        else
        {
            room.Clouds.Failure = new BackendException("keystone", "list all projects", BackendFailure.Unreachable);
        }

        var failed = await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None);

        Assert.Equal(backend, failed.Failure!.Backend);
        Assert.Equal((before.ComparedAt, before.Total), (failed.ComparedAt, failed.Total));
        Assert.Contains(failed.Places, p => p.ProjectId == project.ProjectId);
        Assert.Null(failed.RunningSince);

        sandbox.Host.Context.Faults.Remove(null);
        room.Clouds.Failure = null;
        Assert.Null((await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task Compare_WhileAnotherReplicaDoes_AsksNobody()
    {
        Assert.NotNull(await room.Get<ComparisonStore>().TakeAsync(_ => true, CancellationToken.None));

        var report = await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None);

        Assert.NotNull(report.RunningSince);
        Assert.Equal(0, room.Clouds.Asked);
    }

    [Fact]
    public async Task Turn_OfAProcessThatDied_IsTakenAfterItsHold()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var home = MemoryHome.NewStore();
        var turns = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new ComparisonStore(home, clock).TakeAsync(_ => true, CancellationToken.None)));

        Assert.Single(turns, t => t is not null);
        Assert.Null(await new ComparisonStore(home, clock).TakeAsync(_ => true, CancellationToken.None));
        clock.Advance(ComparisonStore.Hold + TimeSpan.FromSeconds(1));
        Assert.NotNull(await new ComparisonStore(home, clock).TakeAsync(_ => true, CancellationToken.None));
    }

    [Fact]
    public async Task Hourly_ComparesOnce_NotAgainWhenSomebodyHasJust()
    {
        var periodic = room.Get<PeriodicComparison>();

        var first = await periodic.LookAsync(CancellationToken.None);

        Assert.Null(first!.By);
        Assert.Null(await periodic.LookAsync(CancellationToken.None));
        Assert.Equal(1, room.Clouds.Asked);
    }

    [Fact]
    public async Task Repair_BeginsThePlanInTheProject_InTheAdministratorsName_AndIsAudited()
    {
        await room.RunAsync(project);
        await room.Accounts.DeleteUserAsync((await room.MappingAsync(project))!.UserId!.Value, CancellationToken.None);
        await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None);

        var begun = Assert.Single(await room.Comparison.RepairAsync(Administrator, [project.ProjectId], CancellationToken.None));

        var plan = Assert.Single(room.Plans.Started);
        Assert.Equal((plan.Id, project.ProjectId, "pavel"), (begun.Run!.PlanId, plan.ProjectId, plan.RequestedBy));
        var place = (await room.Comparison.GetAsync(Administrator, CancellationToken.None)).Places.Single(p => p.ProjectId == project.ProjectId);
        Assert.Equal(PlanState.Running, place.Run!.State);
        Assert.Contains(await room.Get<IAuditLog>().ListAsync(Administrator, 100, null, CancellationToken.None), e => e is { Action: "mapping.repair-places", Result: "ok", UserName: "pavel" });
        var tenant = TestScopes.Fake(new Dictionary<string, string>(), project.ProjectId);
        Assert.Contains(await room.Get<IAuditLog>().ListAsync(tenant, 100, null, CancellationToken.None), e => e is { Action: "mapping.repair", Result: "ok", UserName: "pavel" });

        await room.RunAsync(project);
        var after = (await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None)).Places.Single(p => p.ProjectId == project.ProjectId);
        Assert.Equal((PlaceState.InSync, null), (after.State, after.Run));
    }

    [Fact]
    public async Task Repair_OfWhatNobodyAskedFor_MakesThePlace()
    {
        await room.Comparison.CompareAsync(Administrator, closely: false, CancellationToken.None);

        var begun = Assert.Single(await room.Comparison.RepairAsync(Administrator, [project.ProjectId], CancellationToken.None));

        Assert.NotNull(begun.Run);
        Assert.Equal(project.ProjectId, Assert.Single(room.Plans.Started).ProjectId);
    }
}
