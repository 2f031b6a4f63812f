using System.Text.Json.Nodes;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class MappingServiceTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly SandboxFixture sandbox;
    private readonly MappingRoom room;
    private readonly MappingInputs project = MappingRoom.NewProject();

    public MappingServiceTests(SandboxFixture sandbox)
    {
        this.sandbox = sandbox;
        room = new MappingRoom(sandbox.Address("harbor"));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await room.DisposeAsync();

    [Fact]
    public async Task Ensure_FromTwoSides_StartsOnePlan()
    {
        var first = await room.Service.EnsureAsync(Scope(), CancellationToken.None);
        var second = await room.Service.EnsureAsync(Scope(), CancellationToken.None);

        Assert.False(first.IsReady);
        Assert.Equal(first.Plan!.Id, second.Plan!.Id);
        Assert.Equal(("project-mapping", "mapping/" + project.ProjectId), (first.Plan.Kind, first.Plan.Subject));
        Assert.Single(room.Plans.Started);
    }

    [Fact]
    public async Task Ensure_WhenReady_StartsNothing_AndRepairDoes()
    {
        await room.RunAsync(project);

        var ready = await room.Service.EnsureAsync(Scope(), CancellationToken.None);
        Assert.True(ready.IsReady);
        Assert.Empty(room.Plans.Started);

        var repair = await room.Service.RepairAsync(Scope(), CancellationToken.None);
        Assert.NotNull(repair.Plan);
    }

    [Fact]
    public async Task PullSecret_IsADockerConfigWithTheRobot_AndItsUseIsAudited()
    {
        await room.RunAsync(project);

        var secret = JsonNode.Parse((await room.Service.GetPullSecretAsync(Scope(), "plan/1 cluster.registry-secret", CancellationToken.None))!)!;

        var host = new Uri(sandbox.Address("harbor")).Authority;
        var entry = secret["auths"]![host]!;
        using var robot = RunningHarbor.Http(sandbox.Address("harbor"), entry["username"]!.GetValue<string>(), entry["password"]!.GetValue<string>());
        using var answer = await robot.GetAsync($"/api/v2.0/projects/{(await room.MappingAsync(project))!.HarborProject}/repositories");
        Assert.True(answer.IsSuccessStatusCode);
        var audit = await Audit().ListAsync(Scope(), 100, null, CancellationToken.None);
        var use = Assert.Single(audit, e => e.Action == "registry.pull-secret.use");
        Assert.Equal("plan/1 cluster.registry-secret", use.Details["purpose"]);
        Assert.DoesNotContain(audit, e => e.ToString().Contains(entry["password"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.Contains(audit, e => e.Action == "registry.project.create");
    }

    [Fact]
    public async Task PullSecret_BeforeTheMappingIsReady_IsNull() =>
        Assert.Null(await room.Service.GetPullSecretAsync(Scope(), "test", CancellationToken.None));

    [Fact]
    public async Task AnotherProjectsScope_GetsNothing()
    {
        await room.RunAsync(project);
        var other = Scope(MappingRoom.NewProject().ProjectId);

        Assert.Null(await room.Service.FindAsync(other, CancellationToken.None));
        Assert.Null(await room.Service.GetPullCredentialAsync(other, "test", CancellationToken.None));
    }

    [Fact]
    public async Task Reader_SeesThePlace_AndMayNeitherStartNorRevealAnything()
    {
        await room.RunAsync(project);
        var reader = Scope(capabilities: Capability.Read);

        var found = await room.Service.FindAsync(reader, CancellationToken.None);

        Assert.NotNull(found!.ReadyAt);
        Assert.Equal(7_000_000_000, found.StorageLimit);
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Service.EnsureAsync(reader, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Service.RepairAsync(reader, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Service.GetPullCredentialAsync(reader, "test", CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => room.Service.GetPullSecretAsync(reader, "test", CancellationToken.None));
    }

    [Fact]
    public async Task Undo_RemovesWhatItMade_AndTheNameIsFree()
    {
        await room.RunAsync(project);
        var mapping = (await room.MappingAsync(project))!;

        await room.UndoAsync(project);
        await room.UndoAsync(project);

        Assert.Null(await room.Harbor.FindProjectAsync(mapping.HarborProject, CancellationToken.None));
        Assert.Null(await room.Accounts.FindUserAsync(mapping.UserName, CancellationToken.None));
        Assert.Null(await room.MappingAsync(project));
        await room.RunAsync(project);
        Assert.Equal(mapping.HarborProject, (await room.MappingAsync(project))!.HarborProject);
    }

    [Fact]
    public async Task Undo_AfterAForeignProjectWasFound_LeavesIt()
    {
        var taken = MappingRoom.NewProject("Team Legacy");
        await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(taken));

        await room.UndoAsync(taken);

        Assert.NotNull(await room.Harbor.FindProjectAsync("team-legacy", CancellationToken.None));
        Assert.Null(await room.MappingAsync(taken));
    }

    private IAuditLog Audit() => room.Get<IAuditLog>();

    private Scope Scope(string? projectId = null, params Capability[] capabilities) =>
        TestScopes.Fake(new Dictionary<string, string>(), projectId ?? project.ProjectId, capabilities.Length == 0 ? null : capabilities);
}
