using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>A Harbor that is not as it was: restored, read-only, full, slow, another version, another way of sign-in; as a comparison and a repair meet it.</summary>
public sealed class HarborStoriesTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingInputs project = MappingRoom.NewProject();
    private readonly MappingRoom room = new(sandbox.Address("harbor"));

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
    public async Task RestoredFromBeforeEverything_IsMissing_AlsoWhereItsIdsAreAnotherPlacesNow()
    {
        var neighbour = MappingRoom.NewProject();
        room.Clouds.Put(neighbour);
        await room.RunAsync(project);
        var lost = (await room.MappingAsync(project))!;
        await room.Harbor.DeleteProjectAsync(lost.HarborProject, CancellationToken.None);
        await room.Accounts.DeleteUserAsync(lost.UserId!.Value, CancellationToken.None);
        await room.RunAsync(neighbour);
        var taken = (await room.MappingAsync(neighbour))!;
        await room.Store.ChangeAsync(project.ProjectId, m => m! with { HarborProjectId = taken.HarborProjectId, UserId = taken.UserId }, CancellationToken.None);

        var place = await PlaceAsync(room);

        Assert.Equal((PlaceState.Missing, PlaceRepair.Repair), (place.State, place.Repair));
        Assert.Equal(["mapping.diff.project-gone", "mapping.diff.user-gone"], place.Differences.Select(d => d.Code));
        await room.RunAsync(project);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(room, closely: true)).State);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(room, neighbour)).State);
        Assert.Equal(taken, await room.MappingAsync(neighbour));
    }

    [Theory]
    [InlineData("somebodys")]
    [InlineData(null)]
    public async Task RestoredFromBefore_ItsIdIsSomebodyElsesNow_IsNeitherARenameNorAdopted(string? name)
    {
        await room.RunAsync(project);
        var lost = (await room.MappingAsync(project))!;
        await room.Harbor.DeleteProjectAsync(lost.HarborProject, CancellationToken.None);
        var made = name is null ? lost.HarborProject : $"{name}-{project.ProjectId}";
        await room.Harbor.CreateProjectAsync(made, -1, CancellationToken.None);
        var other = (await room.Harbor.FindProjectAsync(made, CancellationToken.None))!;
        await room.Store.ChangeAsync(project.ProjectId, m => m! with { HarborProjectId = other.Id, HarborProjectMadeAt = m.HarborProjectMadeAt - TimeSpan.FromDays(1) }, CancellationToken.None);

        var place = await PlaceAsync(room);

        if (name is not null)
        {
            Assert.Equal((PlaceState.Missing, "mapping.diff.project-gone"), (place.State, Assert.Single(place.Differences).Code));
            return;
        }

        Assert.Equal((PlaceState.Foreign, "mapping.diff.project-foreign"), (place.State, Assert.Single(place.Differences).Code));
        Assert.Equal("mapping.foreign-project", (await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project))).Reason.Code);
    }

    [Fact]
    public async Task RestoredWithOlderSecrets_EachIsToldAndPutBack()
    {
        await room.RunAsync(project);
        var mapping = (await room.MappingAsync(project))!;
        await room.Accounts.SetRobotSecretAsync(mapping.Pull.Id!.Value, "From-The-Backup-1", CancellationToken.None);
        await room.Accounts.SetPasswordAsync(mapping.UserId!.Value, "From-The-Backup-2", CancellationToken.None);

        var place = await PlaceAsync(room, closely: true);

        Assert.Equal([mapping.Pull.FullName!, mapping.UserName], place.Differences.Select(d => d.Arguments["name"]));
        Assert.All(place.Differences, d => Assert.Equal("mapping.diff.secret", d.Code));
        await room.RunAsync(project);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(room, closely: true)).State);
    }

    [Fact]
    public async Task ReadOnly_IsComparedAsEver_ItsRepairWaits_AndGoesOn()
    {
        await using var harbor = await RunningHarbor.StartAsync();
        await using var there = new MappingRoom(harbor.Url);
        there.Clouds.Put(project);
        await there.RunAsync(project);
        await there.Accounts.DeleteUserAsync((await there.MappingAsync(project))!.UserId!.Value, CancellationToken.None);
        await harbor.ConfigureAsync(("read_only", true));

        Assert.Equal("mapping.diff.user-gone", Assert.Single((await PlaceAsync(there)).Differences).Code);
        var first = there.Step("mapping.prepare");
        Assert.Equal((StepState.Waiting, "mapping.read-only"), await first.RunAsync(new TestStepContext(first, project), CancellationToken.None) is var waits ? (waits.State, waits.Reason!.Code) : default);

        await harbor.ConfigureAsync(("read_only", false));
        await there.RunAsync(project);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(there)).State);
    }

    [Fact]
    public async Task Full_IsComparedAsEver_ItsRepairSaysSo_AndIsDoneWhenThereIsRoom()
    {
        await room.RunAsync(project);
        await room.Harbor.DeleteProjectAsync((await room.MappingAsync(project))!.HarborProject, CancellationToken.None);
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "status", Status = 507, Method = "POST" });

        Assert.Equal(PlaceState.Missing, (await PlaceAsync(room)).State);
        Assert.Equal("mapping.registry-full", (await Assert.ThrowsAsync<StepFailedException>(() => room.RunAsync(project))).Reason.Code);

        sandbox.Host.Context.Faults.Remove(null);
        await room.RunAsync(project);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(room)).State);
    }

    [Fact]
    public async Task Slow_TheTryEndsWithATimeout_AndTheLastResultStays()
    {
        var network = new FakeTimeProvider();
        await using var patient = new MappingRoom(sandbox.Address("harbor"), network: network);
        patient.Clouds.Put(project);
        var before = await CompareAsync(patient);
        var hang = new Fault { Service = "harbor", Kind = "hang", Path = "/users" };
        sandbox.Host.Context.Faults.Add(hang);

        var comparing = CompareAsync(patient);
        await Eventually.TrueAsync(() => sandbox.Host.Context.Faults.Met(hang.Id) > 0, "Harbor was asked");
        await Eventually.TrueAsync(
            () =>
            {
                network.Advance(TimeSpan.FromSeconds(31));
                return comparing.IsCompleted;
            },
            "the try ends");

        var failed = await comparing;
        Assert.Equal(BackendFailure.Timeout, failed.Failure!.Failure);
        Assert.Equal((before.ComparedAt, before.Total), (failed.ComparedAt, failed.Total));
        Assert.False(failed.IsRunning(DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task NewerVersion_ThatKnowsMoreAndTakesLess_MakesAndComparesTheSame()
    {
        await using var newer = await HarborProxy.StartAsync(sandbox.Address("harbor"));
        newer.Answer = As2152;
        await using var there = new MappingRoom(newer.Url);
        there.Clouds.Put(project);
        Assert.StartsWith("v2.15.2", (await there.Harbor.GetSystemAsync(CancellationToken.None)).Version, StringComparison.Ordinal);

        await there.RunAsync(project);

        Assert.Equal(PlaceState.InSync, (await PlaceAsync(there, closely: true)).State);
        await there.Accounts.DeleteRobotAsync((await there.MappingAsync(project))!.Pull.Id!.Value, CancellationToken.None);
        Assert.Equal("mapping.diff.robot-gone", Assert.Single((await PlaceAsync(there, closely: true)).Differences).Code);
        await there.RunAsync(project);
        Assert.Equal(PlaceState.InSync, (await PlaceAsync(there, closely: true)).State);
    }

    [Fact]
    public async Task OidcMode_BegunLater_MissesNoUser_AndNoMember_AndAsksForNoPassword()
    {
        await using var harbor = await RunningHarbor.StartAsync();
        await using var there = new MappingRoom(harbor.Url);
        there.Clouds.Put(project);
        await there.RunAsync(project);
        await there.Accounts.DeleteUserAsync((await there.MappingAsync(project))!.UserId!.Value, CancellationToken.None);
        Assert.Equal(PlaceState.Differs, (await PlaceAsync(there)).State);

        await harbor.ConfigureAsync(("auth_mode", "oidc_auth"));

        Assert.Equal(PlaceState.InSync, (await PlaceAsync(there)).State);
        var close = await PlaceAsync(there, closely: true);
        Assert.Empty(close.Differences);
    }

    [Fact]
    public async Task OidcMode_FromTheStart_IsInSync()
    {
        await using var harbor = await RunningHarbor.StartAsync(("auth_mode", "oidc_auth"));
        await using var there = new MappingRoom(harbor.Url);
        there.Clouds.Put(project);
        await there.RunAsync(project);

        Assert.Empty((await PlaceAsync(there, closely: true)).Differences);
    }

    // By its description: a robot's rights must be known ones, its life may not be 0, and answers have more fields.
    private static (int Status, string Body) As2152(Microsoft.AspNetCore.Http.HttpRequest request, string body, int status, string answer)
    {
        if (request is { Method: "POST", Path.Value: "/api/v2.0/robots" })
        {
            var robot = JsonNode.Parse(body)!;
            string[] known = ["repository:pull", "repository:list", "repository:read", "repository:push", "artifact:list", "artifact:read", "artifact:create", "tag:list", "tag:create"];
            var asked = robot["permissions"]![0]!["access"]!.AsArray().Select(a => $"{a!["resource"]}:{a["action"]}");
            if ((int)robot["duration"]! == 0 || asked.Except(known).Any())
            {
                return (400, """{"errors":[{"code":"BAD_REQUEST","message":"bad request permission"}]}""");
            }
        }

        if (status == 200 && answer.StartsWith('{'))
        {
            var wire = JsonNode.Parse(answer)!.AsObject();
            wire["something_new"] = new JsonObject { ["of"] = "2.15.2" };
            if (wire.ContainsKey("harbor_version"))
            {
                wire["harbor_version"] = "v2.15.2-1a2b3c4d";
            }

            return (status, wire.ToJsonString());
        }

        return (status, answer);
    }

    private static Task<ComparisonReport> CompareAsync(MappingRoom at, bool closely = false) => at.Comparison.CompareAsync(ComparisonStoriesTests.Administrator(), closely, CancellationToken.None);

    private async Task<ComparedPlace> PlaceAsync(MappingRoom at, MappingInputs? of = null, bool closely = false)
    {
        var report = await CompareAsync(at, closely);
        Assert.Null(report.Failure);
        return Assert.Single(report.Places, p => p.ProjectId == (of ?? project).ProjectId);
    }

    private Task<ComparedPlace> PlaceAsync(MappingRoom at, bool closely) => PlaceAsync(at, null, closely);
}
