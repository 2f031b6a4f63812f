using System.Net.Http.Json;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>Places of projects that are gone in Keystone are taken away; nothing else ever is.</summary>
public sealed class RemovalTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MemoryHome home = new();
    private readonly FakeClouds clouds = new();
    private readonly MappingInputs project = MappingRoom.NewProject();
    private RemovalPortal portal = null!;

    public async Task InitializeAsync() => portal = await RemovalPortal.StartAsync(sandbox.Address("harbor"), home, clouds);

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await portal.DisposeAsync();
    }

    [Fact]
    public async Task DeletedProject_WithImages_GoesWhenItsNameIsTyped_AndThenNothingIsLeft()
    {
        var place = await portal.PlaceAsync(project, repositories: 3);
        sandbox.Host.Context.Writes.Arm(0, false);

        var preview = await portal.Removal.PreviewAsync(portal.Administrator, project.ProjectId, CancellationToken.None);

        Assert.Null(preview.Blocked);
        Assert.Equal((place.HarborProject, 3, place.UserName, true), (preview.HarborProject, preview.Repositories, preview.UserName, preview.NeedsName));
        Assert.Equal([place.Pull.FullName!, place.Push.FullName!], preview.Robots.AsEnumerable());
        Assert.True(preview.Bytes > 0);
        foreach (var wrong in new[] { null, "", place.HarborProject.ToUpperInvariant() })
        {
            await AssertConflictAsync(wrong);
        }

        Assert.Equal(0, sandbox.Host.Context.Writes.Count);
        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, place.HarborProject, CancellationToken.None);
        Assert.Equal(PlanState.Done, (await portal.UntilAsync(plan.Id, p => p.EndedAt is not null)).State);
        Assert.Equal("", await portal.LeftAsync(place));
        var audit = await portal.Get<IAuditLog>().ListAsync(portal.Administrator, 100, null, CancellationToken.None);
        Assert.Equal(3, audit.Count(e => e.Action == "image.repository.delete"));
        foreach (var action in new[] { "mapping.remove", "registry.robot.delete", "registry.project.delete", "registry.user.delete" })
        {
            Assert.Contains(audit, e => e.Action == action && e is { Result: "ok", UserName: "pavel" });
        }

        // The name is free again.
        Assert.Equal(place.HarborProject, (await portal.PlaceAsync(MappingRoom.NewProject(project.ProjectName))).HarborProject);
    }

    [Fact]
    public async Task DeletedProject_Empty_NeedsNoName_AndTheComparisonTellsHowItGoes()
    {
        var place = await portal.PlaceAsync(project);
        var comparison = portal.Get<IMappingComparison>();
        var before = (await comparison.CompareAsync(portal.Administrator, closely: false, CancellationToken.None)).Places.Single(p => p.ProjectId == project.ProjectId);
        Assert.True(before.IsRemovable);

        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None);
        await portal.UntilAsync(plan.Id, p => p.State is PlanState.Done);

        Assert.Equal("", await portal.LeftAsync(place));
        var run = (await comparison.GetAsync(portal.Administrator, CancellationToken.None)).Places.Single(p => p.ProjectId == project.ProjectId).Run;
        Assert.Equal((plan.Id, PlanState.Done), (run!.PlanId, run.State));
        Assert.DoesNotContain((await comparison.CompareAsync(portal.Administrator, closely: false, CancellationToken.None)).Places, p => p.ProjectId == project.ProjectId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LivingProject_AlsoADisabledOne_KeepsItsPlace(bool isEnabled)
    {
        var place = await portal.PlaceAsync(project);
        clouds.Put(project, isEnabled: isEnabled);

        Assert.Equal("mapping.removal.alive", (await portal.Removal.PreviewAsync(portal.Administrator, project.ProjectId, CancellationToken.None)).Blocked!.Code);
        await AssertConflictAsync(place.HarborProject);

        Assert.Equal("project user record", await portal.LeftAsync(place));
    }

    [Fact]
    public async Task Project_ThatIsThereAgainWhenTheStepRuns_StopsThePlan_AndKeepsItsPlace()
    {
        var place = await portal.PlaceAsync(project);
        clouds.IsThereAfter = 1;
        clouds.Put(project);

        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None);
        var stopped = await portal.UntilAsync(plan.Id, p => p.EndedAt is not null || p.State is PlanState.NeedsSomeone);

        Assert.Equal("mapping.removal.alive", stopped.Steps.Single(s => s.State is StepState.NeedsSomeone).Reason!.Code);
        Assert.Equal("project user record", await portal.LeftAsync(place));
        Assert.Equal(2, (await portal.Accounts.ListRobotsAsync(place.HarborProjectId!.Value, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task KeystoneThatFails_IsNoAnswer()
    {
        var place = await portal.PlaceAsync(project);
        clouds.Failure = new BackendException("keystone", "list all projects", BackendFailure.Unexpected, "only 100 projects were listed");

        await Assert.ThrowsAsync<BackendException>(() => portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None));

        Assert.Equal("project user record", await portal.LeftAsync(place));
    }

    [Fact]
    public async Task MemberOfAProject_IsRefused_AndWhatTheyTriedIsWrittenDown()
    {
        var place = await portal.PlaceAsync(project);
        var member = TestScopes.Fake(new Dictionary<string, string>(), "other");

        await Assert.ThrowsAsync<ForbiddenException>(() => portal.Removal.PreviewAsync(member, project.ProjectId, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => portal.Removal.RemoveAsync(member, project.ProjectId, place.HarborProject, CancellationToken.None));

        Assert.Equal("project user record", await portal.LeftAsync(place));
        Assert.Equal(0, clouds.Asked);
        var audit = await portal.Get<IAuditLog>().ListAsync(member, 100, null, CancellationToken.None);
        Assert.Equal(["mapping.remove forbidden", "mapping.remove forbidden"], audit.Select(e => $"{e.Action} {e.Result}"));
    }

    [Fact]
    public async Task WhatIsSomebodyElses_IsToldAndLeft()
    {
        var place = await portal.PlaceAsync(project);
        await portal.Harbor.DeleteProjectAsync(place.HarborProject, CancellationToken.None);
        await portal.Harbor.CreateProjectAsync(place.HarborProject, -1, CancellationToken.None);
        using var admin = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "labpass");
        using var changed = await admin.PutAsJsonAsync($"/api/v2.0/users/{place.UserId}", new { email = $"{project.ProjectId}@company.example", realname = "Somebody", comment = "" });
        changed.EnsureSuccessStatusCode();

        var preview = await portal.Removal.PreviewAsync(portal.Administrator, project.ProjectId, CancellationToken.None);
        Assert.Equal((null, null), (preview.HarborProject, preview.UserName));
        Assert.Equal(["mapping.diff.project-foreign", "mapping.diff.user-foreign"], preview.Left.Select(l => l.Code));
        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None);
        await portal.UntilAsync(plan.Id, p => p.State is PlanState.Done);

        Assert.Equal("project user", await portal.LeftAsync(place));
    }

    [Fact]
    public async Task ExtraUser_WithoutARecord_Goes_AndTheUnmarkedOneStays()
    {
        var marked = HarborConnection.NewUser("project-" + project.ProjectId) with { Email = project.ProjectId + "@projects.invalid" };
        await portal.Accounts.CreateUserAsync(marked, CancellationToken.None);

        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None);
        await portal.UntilAsync(plan.Id, p => p.State is PlanState.Done);

        Assert.Null(await portal.Accounts.FindUserAsync(marked.UserName, CancellationToken.None));
        await AssertConflictAsync(null);
    }

    [Fact]
    public async Task ImagesPushedAfterItWasSaidToBeEmpty_StopThePlan()
    {
        var place = await portal.PlaceAsync(project);
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "status", Status = 503, Method = "DELETE", Path = "/robots/" });
        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, null, CancellationToken.None);
        await portal.UntilAsync(plan.Id, p => p.Steps.Any(s => s.State is StepState.Retrying));
        await portal.PlaceAsync(project, repositories: 1);

        sandbox.Host.Context.Faults.Remove(null);
        var stopped = await portal.UntilAsync(plan.Id, p => p.State is PlanState.NeedsSomeone);

        Assert.Equal("mapping.removal.not-empty", stopped.Steps.Single(s => s.State is StepState.NeedsSomeone).Reason!.Code);
        Assert.Equal("project user record", await portal.LeftAsync(place));
    }

    [Theory]
    [InlineData("/robots/", 1, "hang-answer")]
    [InlineData("/repositories/", 1, "hang")]
    [InlineData("/projects/[^/]+$", 0, "hang-answer")]
    [InlineData("/users/", 0, "hang-answer")]
    public async Task PortalStoppedInTheMiddle_GoesOnAfterItsStart(string path, int after, string kind)
    {
        var place = await portal.PlaceAsync(project, repositories: 2);
        var hang = new Fault { Service = "harbor", Kind = kind, Method = "DELETE", Path = path, After = after };
        sandbox.Host.Context.Faults.Add(hang);
        var plan = await portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, place.HarborProject, CancellationToken.None);
        await Eventually.TrueAsync(() => sandbox.Host.Context.Faults.Met(hang.Id) > 0, "it is in the middle");
        await portal.StopAsync();
        await portal.DisposeAsync();

        sandbox.Host.Context.Faults.Remove(null);
        portal = await RemovalPortal.StartAsync(sandbox.Address("harbor"), home, clouds);

        Assert.Equal(PlanState.Done, (await portal.UntilAsync(plan.Id, p => p.EndedAt is not null)).State);
        Assert.Equal("", await portal.LeftAsync(place));
    }

    private async Task AssertConflictAsync(string? typed) => Assert.Equal(
        BackendFailure.Conflict,
        (await Assert.ThrowsAsync<BackendException>(() => portal.Removal.RemoveAsync(portal.Administrator, project.ProjectId, typed, CancellationToken.None))).Failure);
}
