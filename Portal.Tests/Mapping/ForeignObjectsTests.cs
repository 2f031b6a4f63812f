using System.Net.Http.Json;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Faults;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class ForeignObjectsTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingInputs project = MappingRoom.NewProject();
    private readonly MappingRoom room = new(sandbox.Address("harbor"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await room.DisposeAsync();
    }

    [Fact]
    public async Task Project_OfSomebodyElse_IsReported_AndStaysAsItIs()
    {
        var taken = MappingRoom.NewProject("data-science");

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(taken));

        AssertForeign(failure, "mapping.foreign-project", "data-science");
        Assert.DoesNotContain(await room.Harbor.ListMembersAsync("data-science", CancellationToken.None), m => m.UserName.StartsWith("project-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Project_MadeByTheSameAccountBefore_IsForeignToo()
    {
        await room.Harbor.CreateProjectAsync(HarborName.Of(project.ProjectName), -1, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project));

        AssertForeign(failure, "mapping.foreign-project", HarborName.Of(project.ProjectName));
    }

    [Fact]
    public async Task Project_ReplacedByHandUnderTheSameName_IsForeign()
    {
        await room.RunAsync(project);
        var name = (await room.MappingAsync(project))!.HarborProject;
        await room.Harbor.DeleteProjectAsync(name, CancellationToken.None);
        await room.Harbor.CreateProjectAsync(name, -1, CancellationToken.None);

        AssertForeign(await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project)), "mapping.foreign-project", name);
    }

    [Fact]
    public async Task User_OfTheSameName_IsReported()
    {
        await room.Accounts.CreateUserAsync(HarborConnection.NewUser("project-" + project.ProjectId) with { Email = "somebody@company.example" }, CancellationToken.None);

        AssertForeign(await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project)), "mapping.foreign-user", "project-" + project.ProjectId);
    }

    [Fact]
    public async Task User_WithTheSameAddress_IsReported()
    {
        var email = project.ProjectId + "@projects.invalid";
        await room.Accounts.CreateUserAsync(HarborConnection.NewUser("other-" + project.ProjectId) with { Email = email }, CancellationToken.None);

        AssertForeign(await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project)), "mapping.foreign-address", email);
    }

    [Fact]
    public async Task Robot_OfTheSameName_IsReported()
    {
        foreach (var id in new[] { "mapping.prepare", "mapping.user", "mapping.project" })
        {
            await room.Step(id).RunAsync(new TestStepContext(room.Step(id), project), CancellationToken.None);
        }

        var name = (await room.MappingAsync(project))!.HarborProject;
        var (_, login) = await room.Accounts.CreateRobotAsync(new NewRobotAccount(name, "portal-pull", "by hand", [("repository", "pull")]), CancellationToken.None);

        AssertForeign(await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project)), "mapping.foreign-robot", login.UserName);
    }

    [Fact]
    public async Task TwoKeystoneProjects_OfOneName_GetTwoHarborProjects()
    {
        var twin = MappingRoom.NewProject(project.ProjectName);
        await room.RunAsync(project);
        await room.RunAsync(twin);

        var first = (await room.MappingAsync(project))!.HarborProject;
        var second = (await room.MappingAsync(twin))!.HarborProject;
        Assert.Equal($"{first}-{twin.ProjectId[..8]}", second);
    }

    [Fact]
    public async Task RenamedKeystoneProject_KeepsItsName()
    {
        await room.RunAsync(project);
        var name = (await room.MappingAsync(project))!.HarborProject;

        await room.RunAsync(project with { ProjectName = "renamed" });

        Assert.Equal(name, (await room.MappingAsync(project))!.HarborProject);
    }

    [Fact]
    public async Task BrokenMember_IsReported()
    {
        await room.RunAsync(project);
        var mapping = (await room.MappingAsync(project))!;
        var member = (await room.Harbor.ListMembersAsync(mapping.HarborProject, CancellationToken.None)).Single(m => m.UserId == mapping.UserId);
        using var admin = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "labpass");
        using var broken = await admin.PutAsJsonAsync($"/api/v2.0/projects/{mapping.HarborProject}/members/{member.Id}", new { role_id = 9 });
        broken.EnsureSuccessStatusCode();

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project));

        Assert.Equal(("mapping.member-broken", Actor.Platform), (failure.Reason.Code, failure.Actor));
    }

    [Fact]
    public async Task HarborDown_MayHeal()
    {
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "html" });

        Assert.True((await Assert.ThrowsAsync<BackendException>(() => room.RunAsync(project))).MayHeal);
    }

    [Fact]
    public async Task HarborFull_NeedsThePlatformTeam()
    {
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "status", Status = 507, Method = "POST" });

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project));

        Assert.Equal(("mapping.registry-full", Actor.Platform), (failure.Reason.Code, failure.Actor));
    }

    [Fact]
    public async Task AccountRefused_NeedsThePlatformTeam()
    {
        await using var wrong = new MappingRoom(sandbox.Address("harbor"), configure: o => o.UserName = "ghost-" + project.ProjectId);

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => wrong.RunAsync(project));

        Assert.Equal(("mapping.account-refused", Actor.Platform), (failure.Reason.Code, failure.Actor));
    }

    [Fact]
    public async Task AccountThatIsNoAdministrator_IsToldWhichRightIsMissing()
    {
        var name = "clerk-" + project.ProjectId;
        await room.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None);
        await using var clerk = new MappingRoom(sandbox.Address("harbor"), configure: o => (o.UserName, o.Password) = (name, "Example-Passw0rd-1"));

        var failure = await Assert.ThrowsAsync<StepFailedException>(() => clerk.RunAsync(project));

        Assert.Equal(("mapping.account-rights", Actor.Platform), (failure.Reason.Code, failure.Actor));
        Assert.Equal((name, "find user"), (failure.Reason.Arguments["account"], failure.Reason.Arguments["operation"]));
        var report = await clerk.Comparison.CompareAsync(ComparisonStoriesTests.Administrator(), closely: false, CancellationToken.None);
        Assert.Equal((BackendFailure.Forbidden, System.Net.HttpStatusCode.Forbidden, "list users"), (report.Failure!.Failure, report.Failure.Status, report.Failure.Operation));
    }

    [Fact]
    public async Task ReadOnlyMode_IsWaitedFor()
    {
        await using var other = await RunningHarbor.StartAsync(("read_only", true));
        await using var waiting = new MappingRoom(other.Url);
        var step = waiting.Step("mapping.prepare");

        var result = await step.RunAsync(new TestStepContext(step, project), CancellationToken.None);

        Assert.Equal((StepState.Waiting, "mapping.read-only"), (result.State, result.Reason!.Code));
    }

    [Fact]
    public async Task ReadOnlyMode_BegunInTheMiddle_IsWaitedFor()
    {
        await using var other = await RunningHarbor.StartAsync();
        await using var waiting = new MappingRoom(other.Url);
        await waiting.Step("mapping.prepare").RunAsync(new TestStepContext(waiting.Step("mapping.prepare"), project), CancellationToken.None);
        await other.ConfigureAsync(("read_only", true));

        var result = await waiting.Step("mapping.project").RunAsync(new TestStepContext(waiting.Step("mapping.project"), project), CancellationToken.None);

        Assert.Equal((StepState.Waiting, "mapping.read-only"), (result.State, result.Reason!.Code));
        await other.ConfigureAsync(("read_only", false));
        await waiting.RunAsync(project);
        Assert.NotNull((await waiting.MappingAsync(project))!.ReadyAt);
    }

    [Fact]
    public async Task OidcMode_GivesProjectAndRobots_AndSaysWhyNoUser()
    {
        await using var other = await RunningHarbor.StartAsync(("auth_mode", "oidc_auth"));
        await using var oidc = new MappingRoom(other.Url);

        var results = await oidc.RunAsync(project);

        Assert.Equal("mapping.no-local-users", results["mapping.user"].Reason!.Code);
        Assert.Equal(StepState.Skipped, results["mapping.member"].State);
        Assert.Null((await oidc.MappingAsync(project))!.UserId);
        Assert.True(await oidc.PullWorksAsync(project));
    }

    private static void AssertForeign(StepFailedException failure, string code, string name)
    {
        Assert.Equal((code, Actor.Platform, false), (failure.Reason.Code, failure.Actor, failure.Final));
        Assert.Equal(name, failure.Reason.Arguments["name"]);
    }
}
