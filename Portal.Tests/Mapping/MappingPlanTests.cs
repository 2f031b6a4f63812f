using System.Net.Http.Json;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Faults;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

public sealed class MappingPlanTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly MappingInputs project = MappingRoom.NewProject();

    private string Url => sandbox.Address("harbor");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task WholePlan_GivesUserProjectMembershipRobotsAndQuota()
    {
        await using var room = new MappingRoom(Url);

        var results = await room.RunAsync(project);

        Assert.All(results.Values, r => Assert.Equal(StepState.Done, r.State));
        var mapping = (await room.MappingAsync(project))!;
        var made = (await room.Harbor.FindProjectAsync(mapping.HarborProject, CancellationToken.None))!;
        var user = (await room.Accounts.FindUserAsync(mapping.UserName, CancellationToken.None))!;
        Assert.False(made.IsPublic);
        Assert.StartsWith(project.ProjectId + "@", user.Email, StringComparison.Ordinal);
        Assert.Equal(MemberRole.Maintainer, Assert.Single(await room.Harbor.ListMembersAsync(made.Name, CancellationToken.None), m => m.UserId == user.Id).Role);
        Assert.Equal(7_000_000_000, (await room.Harbor.FindQuotaAsync(made.Id, CancellationToken.None))!.Limit);
        Assert.Equal(2, (await room.Accounts.ListRobotsAsync(made.Id, CancellationToken.None)).Count);
        Assert.True(await room.PullWorksAsync(project));
        Assert.NotNull(mapping.ReadyAt);
    }

    [Fact]
    public async Task PullRobot_ListsRepositories_AndCannotPush()
    {
        await using var room = new MappingRoom(Url);
        await room.RunAsync(project);
        var mapping = (await room.MappingAsync(project))!;

        using var robot = RunningHarbor.Http(Url, mapping.Pull.FullName!, room.Store.Open(project.ProjectId, "pull", mapping.Pull.Secret)!);
        using var list = await robot.GetAsync($"/api/v2.0/projects/{mapping.HarborProject}/repositories");
        using var member = await robot.PostAsJsonAsync($"/api/v2.0/projects/{mapping.HarborProject}/members", new { role_id = 1, member_user = new { username = "grace" } });

        Assert.True(list.IsSuccessStatusCode);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, member.StatusCode);
    }

    [Fact]
    public async Task Twice_ChangesNothing()
    {
        await using var room = new MappingRoom(Url);
        await room.RunAsync(project);
        var before = (await room.MappingAsync(project))!;
        sandbox.Host.Context.Writes.Arm(0, false);

        await room.RunAsync(project);

        Assert.Equal(0, sandbox.Host.Context.Writes.Count);
        Assert.Equal(before, await room.MappingAsync(project));
    }

    [Fact]
    public async Task TwoAtOnce_MakeOneOfEach_AndTheKeptSecretsWork()
    {
        var home = MemoryHome.NewStore();
        await using var one = new MappingRoom(Url, home);
        await using var two = new MappingRoom(Url, home);

        await Task.WhenAll(one.RunAsync(project), two.RunAsync(project));

        var mapping = (await one.MappingAsync(project))!;
        var made = (await one.Harbor.FindProjectAsync(mapping.HarborProject, CancellationToken.None))!;
        Assert.Equal(2, (await one.Accounts.ListRobotsAsync(made.Id, CancellationToken.None)).Count);
        Assert.True(await one.PullWorksAsync(project));
        Assert.True(await one.Accounts.AcceptsAsync(new HarborLogin(mapping.UserName, one.Store.Open(project.ProjectId, "user", mapping.Password)!), CancellationToken.None));
    }

    [Fact]
    public async Task CrashWhileKeeping_AtEveryOutput_GoesOnAfterwards()
    {
        await using var room = new MappingRoom(Url);
        foreach (var output in new[] { "harborProject", "userName", "projectId", "robot" })
        {
            await Assert.ThrowsAsync<IOException>(() => room.RunAsync(project, name =>
            {
                if (name == output)
                {
                    throw new IOException("the process died");
                }
            }));
        }

        await room.RunAsync(project);

        var mapping = (await room.MappingAsync(project))!;
        Assert.NotNull(mapping.ReadyAt);
        Assert.Equal(2, (await room.Accounts.ListRobotsAsync(mapping.HarborProjectId!.Value, CancellationToken.None)).Count);
        Assert.True(await room.PullWorksAsync(project));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("cut-answer")]
    public async Task Connection_CutAtEveryWrite_GoesOnAfterwards(string kind)
    {
        await using var room = new MappingRoom(Url);
        foreach (var (method, writes) in new[] { ("POST", 5), ("PATCH", 2) })
        {
            for (var n = 0; n < writes; n++)
            {
                var inputs = MappingRoom.NewProject();
                sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = kind, Method = method, After = n, Times = 1 });
                await Assert.ThrowsAsync<BackendException>(() => room.RunAsync(inputs));
                sandbox.Host.Context.Faults.Remove(null);

                await room.RunAsync(inputs);

                var mapping = (await room.MappingAsync(inputs))!;
                Assert.Equal(2, (await room.Accounts.ListRobotsAsync(mapping.HarborProjectId!.Value, CancellationToken.None)).Count);
                Assert.True(await room.PullWorksAsync(inputs));
            }
        }
    }

    [Fact]
    public async Task SecretThatNoKeyOpensAnyMore_IsReplaced()
    {
        var home = MemoryHome.NewStore();
        await using (var before = new MappingRoom(Url, home))
        {
            await before.RunAsync(project);
        }

        await using var room = new MappingRoom(Url, home, keyId: "b");
        await room.RunAsync(project);

        Assert.True(await room.PullWorksAsync(project));
    }

    [Fact]
    public async Task SecretChangedByHand_IsPutBack()
    {
        await using var room = new MappingRoom(Url);
        await room.RunAsync(project);
        await room.Accounts.SetRobotSecretAsync((await room.MappingAsync(project))!.Pull.Id!.Value, "By-Hand-Secret-1", CancellationToken.None);
        Assert.False(await room.PullWorksAsync(project));

        await room.RunAsync(project);

        Assert.True(await room.PullWorksAsync(project));
    }

    [Fact]
    public async Task ProjectDeletedByHand_IsMadeAgainWithItsRobots()
    {
        await using var room = new MappingRoom(Url);
        await room.RunAsync(project);
        var before = (await room.MappingAsync(project))!;
        await room.Harbor.DeleteProjectAsync(before.HarborProject, CancellationToken.None);

        await room.RunAsync(project);

        var after = (await room.MappingAsync(project))!;
        Assert.NotEqual(before.HarborProjectId, after.HarborProjectId);
        Assert.True(await room.PullWorksAsync(project));
    }

    [Fact]
    public async Task KeptDocument_HoldsNoSecretInClear()
    {
        await using var room = new MappingRoom(Url);
        await room.RunAsync(project);
        var mapping = (await room.MappingAsync(project))!;

        foreach (var (place, kept) in new[] { ("user", mapping.Password), ("pull", mapping.Pull.Secret), ("push", mapping.Push.Secret) })
        {
            Assert.StartsWith("pse1.", kept, StringComparison.Ordinal);
            Assert.DoesNotContain(room.Store.Open(project.ProjectId, place, kept)!, mapping.ToString(), StringComparison.Ordinal);
        }
    }
}
