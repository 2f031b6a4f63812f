using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Steps;
using Portal.Core.Registry.Harbor;

namespace Portal.Tests.Mapping;

/// <summary>States that no API of Harbor's can make, but its database, an import or a restore can.</summary>
public sealed class PlaceComparerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly MappingInputs Project = new("0123456789abcdef0123456789abcdef", "Team A");
    private readonly MappingRoom room = new("http://harbor.invalid");

    public ValueTask DisposeAsync() => room.DisposeAsync();

    [Fact]
    public void UserRenamed_IsFoundByItsAddress() =>
        AssertPlace(Compare(users: [User() with { UserName = "renamed" }]), PlaceState.Renamed, "mapping.diff.user-renamed", "mapping.repair.rename-back");

    [Fact]
    public void ProjectRenamed_IsFoundByItsId() =>
        AssertPlace(Compare(projects: [Place() with { Name = "renamed" }]), PlaceState.Renamed, "mapping.diff.project-renamed", "mapping.repair.rename-back");

    [Fact]
    public void UserOfSomebodyElse_IsForeign() =>
        AssertPlace(Compare(users: [User() with { Id = 99, Email = "somebody@company.example" }]), PlaceState.Foreign, "mapping.diff.user-foreign", "mapping.repair.foreign");

    [Fact]
    public void NeverFinished_IsMissing_AndRepaired()
    {
        var place = Compare(Mapping() with { ReadyAt = null, HarborProjectId = null, UserId = null }, [], []);

        AssertPlace(place, PlaceState.Missing, "mapping.diff.never-finished", "mapping.repair.mend");
        Assert.Equal(PlaceRepair.Repair, place.Repair);
    }

    [Fact]
    public void NoLocalUsers_NeedsNoUser() =>
        Assert.Equal(PlaceState.InSync, Compare(Mapping() with { AuthMode = "oidc_auth", UserId = null }, users: []).State);

    [Fact]
    public void DeletedWithNothingLeft_IsTold() =>
        AssertPlace(Compare(projects: [], users: [], isThere: false), PlaceState.Deleted, "mapping.diff.nothing-left", "mapping.repair.deleted");

    [Fact]
    public void UserWithOurMarkAndNoProject_IsExtra() =>
        AssertPlace(Single(new() { Projects = new Dictionary<string, CloudProject>(), Mappings = new Dictionary<string, ProjectMapping>(), HarborProjects = new Dictionary<long, RegistryProject>(), Users = new Dictionary<long, RegistryUser> { [3] = User() } }), PlaceState.Extra, "mapping.diff.extra-user", "mapping.repair.extra");

    [Fact]
    public void DisabledRobot_IsLeftToTheOneWhoDidIt()
    {
        var robots = new[] { Robot("portal-pull") with { IsDisabled = true }, Robot("portal-push") };
        var place = Single(Survey(Mapping(), [Place()], [User()]) with { Looks = new Dictionary<string, CloseLook> { [Project.ProjectId] = new(robots, null, []) } });

        AssertPlace(place, PlaceState.Differs, "mapping.diff.robot-disabled", "mapping.repair.robot-disabled");
        Assert.Equal(PlaceRepair.None, place.Repair);
    }

    private static void AssertPlace(ComparedPlace place, PlaceState state, string difference, string outcome)
    {
        Assert.Equal(state, place.State);
        Assert.Equal([difference], place.Differences.Select(d => d.Code));
        Assert.Equal(outcome, place.Outcome!.Code);
    }

    private static ProjectMapping Mapping() => new()
    {
        ProjectId = Project.ProjectId,
        HarborProject = "team-a",
        UserName = "project-" + Project.ProjectId,
        IntentAt = Day,
        AuthMode = "db_auth",
        RegistryHost = "harbor.invalid",
        HarborProjectId = 7,
        UserId = 3,
        Pull = new() { Id = 11, FullName = "robot$team-a+portal-pull" },
        Push = new() { Id = 12, FullName = "robot$team-a+portal-push" },
        ReadyAt = Day,
    };

    private static RegistryProject Place() => new(7, "team-a", 1, "admin", false, 0, Day);

    private static RegistryUser User() => new(3, "project-" + Project.ProjectId, Project.ProjectId + "@projects.invalid", Day);

    private static RobotAccount Robot(string name) => new(11, "robot$team-a+" + name, MappingTools.MarkOf(Project.ProjectId), false, null);

    private static Survey Survey(ProjectMapping mapping, RegistryProject[] projects, RegistryUser[] users, bool isThere = true)
    {
        var clouds = new FakeClouds();
        if (isThere)
        {
            clouds.Put(Project);
        }

        return new()
        {
            Projects = clouds.Projects,
            Mappings = new Dictionary<string, ProjectMapping> { [Project.ProjectId] = mapping },
            HarborProjects = projects.ToDictionary(p => p.Id),
            Users = users.ToDictionary(u => u.Id),
        };
    }

    private ComparedPlace Compare(ProjectMapping? mapping = null, RegistryProject[]? projects = null, RegistryUser[]? users = null, bool isThere = true) =>
        Single(Survey(mapping ?? Mapping(), projects ?? [Place()], users ?? [User()], isThere));

    private ComparedPlace Single(Survey survey) => Assert.Single(new PlaceComparer(survey, room.Get<MappingTools>()).Compare());
}
