using System.Net.Http.Json;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Registry.Harbor;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>What people do in Keystone and in Harbor behind the portal's back, as the comparison tells it, and what a repair makes of it.</summary>
public sealed class ComparisonStoriesTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingRoom room = new(sandbox.Address("harbor"));
    private readonly MappingInputs project = MappingRoom.NewProject();

    public async Task InitializeAsync()
    {
        await room.RunAsync(project);
        room.Clouds.Put(project);
    }

    public async Task DisposeAsync() => await room.DisposeAsync();

    [Fact]
    public async Task Untouched_IsInSync_AlsoClosely()
    {
        AssertInSync(await PlaceAsync());
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Keystone_ProjectRenamed_IsTold_AndItsPlaceKeepsItsName()
    {
        room.Clouds.Put(project, "Something else");

        var place = await PlaceAsync();

        AssertPlace(place, PlaceState.Renamed, PlaceRepair.None, "mapping.diff.renamed");
        Assert.Equal("mapping.repair.renamed", place.Outcome!.Code);
        Assert.Equal(((await MappingAsync()).HarborProject, "Something else"), (place.HarborProject, place.ProjectName));
    }

    [Theory]
    [InlineData(false, true, "mapping.diff.disabled")]
    [InlineData(true, false, "mapping.diff.domain-disabled")]
    public async Task Keystone_ProjectOrDomainDisabled_IsTold_AndNothingIsDone(bool project1, bool domain, string code)
    {
        room.Clouds.Put(project, isEnabled: project1, isDomainEnabled: domain);

        AssertPlace(await PlaceAsync(), PlaceState.Disabled, PlaceRepair.None, code, "mapping.diff.left-project", "mapping.diff.left-user");
    }

    [Fact]
    public async Task Keystone_ProjectDeletedAndMadeAgainWithItsName_OldIsDeleted_NewGetsAPlaceOfItsOwn()
    {
        var again = MappingRoom.NewProject(project.ProjectName);
        room.Clouds.Projects.Clear();
        room.Clouds.Put(again);

        AssertPlace(await PlaceAsync(), PlaceState.Deleted, PlaceRepair.None, "mapping.diff.left-project", "mapping.diff.left-user");
        AssertPlace(await PlaceAsync(again), PlaceState.Unmapped, PlaceRepair.Make);

        await room.RunAsync(again);

        var fresh = await PlaceAsync(again);
        AssertInSync(fresh);
        Assert.NotEqual((await MappingAsync()).HarborProject, fresh.HarborProject);
        AssertPlace(await PlaceAsync(), PlaceState.Deleted, PlaceRepair.None, "mapping.diff.left-project", "mapping.diff.left-user");
    }

    [Fact]
    public async Task Harbor_UserDeleted_DiffersAndIsMended()
    {
        await room.Accounts.DeleteUserAsync((await MappingAsync()).UserId!.Value, CancellationToken.None);

        AssertPlace(await PlaceAsync(), PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.user-gone");
        await room.RunAsync(project);
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Harbor_ProjectDeleted_IsMissing_AndMadeAnew()
    {
        await room.Harbor.DeleteProjectAsync((await MappingAsync()).HarborProject, CancellationToken.None);

        var place = await PlaceAsync();

        AssertPlace(place, PlaceState.Missing, PlaceRepair.Repair, "mapping.diff.project-gone");
        Assert.Equal("mapping.repair.anew", place.Outcome!.Code);
        await room.RunAsync(project);
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Harbor_ProjectReplacedUnderItsName_IsForeign_AndNeverAdopted()
    {
        var name = (await MappingAsync()).HarborProject;
        await room.Harbor.DeleteProjectAsync(name, CancellationToken.None);
        await room.Harbor.CreateProjectAsync(name, -1, CancellationToken.None);

        AssertPlace(await PlaceAsync(), PlaceState.Foreign, PlaceRepair.None, "mapping.diff.project-foreign");
        var refused = Assert.Single(await room.Comparison.RepairAsync(Administrator(), [project.ProjectId], CancellationToken.None));
        Assert.Equal(BackendFailure.Conflict, Assert.IsType<BackendException>(refused.Refused).Failure);
        Assert.Empty(room.Plans.Started);
    }

    [Fact]
    public async Task Harbor_UsersAddressChanged_IsTold_ForTheAddressSaysWhoseItIs()
    {
        var mapping = await MappingAsync();
        using var http = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "labpass");
        using var answer = await http.PutAsJsonAsync($"/api/v2.0/users/{mapping.UserId}", new { email = $"{project.ProjectId}@elsewhere.example", realname = "Somebody", comment = "" });
        answer.EnsureSuccessStatusCode();

        AssertPlace(await PlaceAsync(), PlaceState.Renamed, PlaceRepair.None, "mapping.diff.user-address");
    }

    [Fact]
    public async Task Harbor_RobotsSecretChanged_IsFoundClosely_AndPutBack()
    {
        await room.Accounts.SetRobotSecretAsync((await MappingAsync()).Pull.Id!.Value, "Other-Secret-123", CancellationToken.None);

        AssertInSync(await PlaceAsync());
        AssertPlace(await PlaceAsync(closely: true), PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.secret");
        AssertPlace(await PlaceAsync(), PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.secret");
        await room.RunAsync(project);
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Harbor_RobotAndMemberDeleted_AreFoundClosely_AndNotForgottenByTheNextComparison()
    {
        var mapping = await MappingAsync();
        await room.Accounts.DeleteRobotAsync(mapping.Push.Id!.Value, CancellationToken.None);
        var member = (await room.Harbor.ListMembersAsync(mapping.HarborProject, CancellationToken.None)).Single(m => m.UserId == mapping.UserId);
        await room.Harbor.RemoveMemberAsync(mapping.HarborProject, member.Id, CancellationToken.None);

        AssertPlace(await PlaceAsync(closely: true), PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.member-gone", "mapping.diff.robot-gone");
        AssertPlace(await PlaceAsync(), PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.member-gone", "mapping.diff.robot-gone");
        await room.RunAsync(project);
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Harbor_MembersRoleChanged_IsFoundClosely_AndPutBack()
    {
        var mapping = await MappingAsync();
        var member = (await room.Harbor.ListMembersAsync(mapping.HarborProject, CancellationToken.None)).Single(m => m.UserId == mapping.UserId);
        await room.Harbor.SetMemberRoleAsync(mapping.HarborProject, member.Id, MemberRole.ProjectAdmin, CancellationToken.None);

        var place = await PlaceAsync(closely: true);

        AssertPlace(place, PlaceState.Differs, PlaceRepair.Repair, "mapping.diff.member-role");
        Assert.Equal("ProjectAdmin", place.Differences[0].Arguments["role"]);
        await room.RunAsync(project);
        AssertInSync(await PlaceAsync(closely: true));
    }

    [Fact]
    public async Task Harbor_StorageLimitChanged_IsTold_AndStays()
    {
        var id = (await MappingAsync()).HarborProjectId!.Value;
        await room.Harbor.SetQuotaAsync((await room.Harbor.FindQuotaAsync(id, CancellationToken.None))!.Id, 9L << 30, CancellationToken.None);

        AssertPlace(await PlaceAsync(closely: true), PlaceState.InSync, PlaceRepair.None, "mapping.diff.limit");
        AssertPlace(await PlaceAsync(), PlaceState.InSync, PlaceRepair.None, "mapping.diff.limit");
        await room.RunAsync(project);
        Assert.Equal(9L << 30, (await room.Harbor.FindQuotaAsync(id, CancellationToken.None))!.Limit);
    }

    [Fact]
    public async Task Harbor_ProjectOfThePortalsAccount_WithoutARecord_IsTold_AndNeverTouched()
    {
        var name = "unrecorded-" + project.ProjectId;
        await room.Harbor.CreateProjectAsync(name, -1, CancellationToken.None);

        var report = await room.Comparison.CompareAsync(Administrator(), closely: false, CancellationToken.None);

        AssertPlace(Assert.Single(report.Places, p => p.HarborProject == name), PlaceState.Unrecorded, PlaceRepair.None, "mapping.diff.no-record");
        Assert.DoesNotContain(report.Places, p => p.State is PlaceState.Unrecorded && p.HarborProject == "data-science");
        Assert.Null(Assert.Single(await room.Comparison.RepairAsync(Administrator(), [""], CancellationToken.None)).Run);
        Assert.Equal(report.Places.Length, report.Places.Select(p => p.Key).Distinct().Count());
    }

    [Fact]
    public async Task Keystone_TwoProjectsOfOneName_InTwoDomains_EachHasItsOwnPlace()
    {
        var twin = MappingRoom.NewProject(project.ProjectName);
        room.Clouds.Put(twin);
        AssertPlace(await PlaceAsync(twin), PlaceState.Unmapped, PlaceRepair.Make);

        await room.RunAsync(twin);

        AssertInSync(await PlaceAsync(closely: true));
        AssertInSync(await PlaceAsync(twin, closely: true));
        Assert.NotEqual((await MappingAsync()).HarborProject, (await room.MappingAsync(twin))!.HarborProject);
    }

    [Fact]
    public async Task Name_TakenBeforeAnybodyAsked_IsForeign()
    {
        var taken = MappingRoom.NewProject("data-science");
        room.Clouds.Put(taken);

        AssertPlace(await PlaceAsync(taken), PlaceState.Foreign, PlaceRepair.None, "mapping.diff.name-taken");
    }

    [Fact]
    public async Task Portal_RestoredFromBeforeTheMapping_TellsOfTheUserThatItHasNoRecordOf()
    {
        await using var restored = new MappingRoom(sandbox.Address("harbor"));
        restored.Clouds.Put(project);

        var places = (await restored.Comparison.CompareAsync(Administrator(), closely: false, CancellationToken.None)).Places;

        Assert.Equal(places.Length, places.Select(p => p.Key).Distinct().Count());
        AssertPlace(places.Single(p => p.ProjectId == project.ProjectId && p.UserName is not null), PlaceState.Extra, PlaceRepair.None, "mapping.diff.record-lost");
    }

    internal static Scope Administrator() =>
        TestScopes.Fake(new Dictionary<string, string>(), "admin-project", [Capability.Read, Capability.Write, Capability.Administer]) with { UserName = "pavel" };

    private static void AssertPlace(ComparedPlace place, PlaceState state, PlaceRepair repair, params string[] differences)
    {
        Assert.Equal((state, repair), (place.State, place.Repair));
        Assert.Equal(differences, place.Differences.Select(d => d.Code));
    }

    private static void AssertInSync(ComparedPlace place) => AssertPlace(place, PlaceState.InSync, PlaceRepair.None);

    private async Task<ProjectMapping> MappingAsync() => (await room.MappingAsync(project))!;

    private async Task<ComparedPlace> PlaceAsync(MappingInputs? of = null, bool closely = false)
    {
        var report = await room.Comparison.CompareAsync(Administrator(), closely, CancellationToken.None);
        Assert.Null(report.Failure);
        return Assert.Single(report.Places, p => p.ProjectId == (of ?? project).ProjectId);
    }

    private Task<ComparedPlace> PlaceAsync(bool closely) => PlaceAsync(null, closely);
}
