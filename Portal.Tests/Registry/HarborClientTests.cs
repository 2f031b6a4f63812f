using System.Net;
using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Faults;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

public sealed class HarborClientTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly SandboxFixture sandbox;
    private readonly HarborConnection harbor;
    private readonly string name = "t" + Guid.NewGuid().ToString("N")[..12];

    public HarborClientTests(SandboxFixture sandbox)
    {
        this.sandbox = sandbox;
        harbor = new HarborConnection(sandbox.Address("harbor"));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await harbor.DisposeAsync();
    }

    [Fact]
    public async Task System_TellsWayOfSignInHostAndClock()
    {
        var system = await harbor.Client.GetSystemAsync(CancellationToken.None);

        Assert.True(system.HasLocalUsers);
        Assert.Equal(new Uri(sandbox.Address("harbor")).Authority, system.Host);
        Assert.False(system.IsReadOnly);
        Assert.InRange(system.Now - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(-5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Writes_OneAfterTheOther_DoNotFallIntoTheCookieTrap()
    {
        await harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None);
        await harbor.Client.CreateProjectAsync(name + "-b", -1, CancellationToken.None);

        Assert.NotNull(await harbor.Client.FindProjectAsync(name + "-b", CancellationToken.None));
    }

    [Fact]
    public async Task Project_Created_IsPrivateAndOursWithItsLimit()
    {
        await harbor.Client.CreateProjectAsync(name, 5_000_000_000_000, CancellationToken.None);

        var project = await harbor.Client.FindProjectAsync(name, CancellationToken.None);
        var quota = await harbor.Client.FindQuotaAsync(project!.Id, CancellationToken.None);

        Assert.Equal((name, false, "admin", 0L), (project.Name, project.IsPublic, project.OwnerName, project.RepositoryCount));
        Assert.Equal((5_000_000_000_000, 0L), (quota!.Limit, quota.Used));
    }

    [Fact]
    public async Task Project_NamedWithDigitsOnly_IsFoundByName()
    {
        var digits = string.Concat(name.Where(char.IsAsciiDigit)) + "7771";
        await harbor.Client.CreateProjectAsync(digits, -1, CancellationToken.None);

        Assert.Equal(digits, (await harbor.Client.FindProjectAsync(digits, CancellationToken.None))!.Name);
    }

    [Fact]
    public async Task Project_NotThere_IsNull() =>
        Assert.Null(await harbor.Client.FindProjectAsync("no-such", CancellationToken.None));

    [Fact]
    public async Task Project_ThereAlready_IsAConflict_WhateverItsName()
    {
        // A name with "quota" in it must not look like a quota that is used up.
        await harbor.Client.CreateProjectAsync("quota-" + name, -1, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Client.CreateProjectAsync("quota-" + name, -1, CancellationToken.None));

        Assert.Equal((BackendFailure.Conflict, HttpStatusCode.Conflict, "harbor"), (failure.Failure, failure.Status, failure.Backend));
        Assert.NotNull(failure.RequestId);
    }

    [Theory]
    [InlineData("Upper")]
    [InlineData("double--dash")]
    public async Task Project_WithAWrongName_IsInvalid(string wrong)
    {
        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Client.CreateProjectAsync(wrong, -1, CancellationToken.None));

        Assert.Equal(BackendFailure.Invalid, failure.Failure);
        Assert.Contains("lower case", failure.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_OfWhatIsGone_IsFine()
    {
        await harbor.Client.DeleteProjectAsync("no-such", CancellationToken.None);
        await harbor.Accounts.DeleteUserAsync(987654, CancellationToken.None);
        await harbor.Accounts.DeleteRobotAsync(987654, CancellationToken.None);
    }

    [Fact]
    public async Task Lists_LongerThanAPage_AreReadToTheEnd()
    {
        await harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None);
        var project = await harbor.Client.FindProjectAsync(name, CancellationToken.None);
        await Parallel.ForAsync(0, 103, async (i, stop) =>
            await harbor.Accounts.CreateRobotAsync(new NewRobotAccount(name, $"r{i}", "", [("repository", "pull")]), stop));

        Assert.Equal(103, (await harbor.Accounts.ListRobotsAsync(project!.Id, CancellationToken.None)).DistinctBy(r => r.Id).Count());
    }

    [Fact]
    public async Task Member_WhoseRoleIsBroken_IsInNoList_ButIsThere()
    {
        await harbor.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None);
        var user = await harbor.Accounts.FindUserAsync(name, CancellationToken.None);
        await harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None);
        await harbor.Client.AddMemberAsync(name, user!.Id, MemberRole.Maintainer, CancellationToken.None);

        var members = await harbor.Client.ListMembersAsync(name, CancellationToken.None);
        var again = await Assert.ThrowsAsync<BackendException>(() => harbor.Client.AddMemberAsync(name, user.Id, MemberRole.Guest, CancellationToken.None));

        Assert.Equal(MemberRole.Maintainer, Assert.Single(members, m => m.UserId == user.Id).Role);
        Assert.Equal(BackendFailure.Conflict, again.Failure);
    }

    [Fact]
    public async Task ReadOnlyMode_IsRefusedAsSomethingThatEndsByItself()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await using var other = await Sandbox(("read_only", true));
        await using var reader = new HarborConnection(other.Url);

        var failure = await Assert.ThrowsAsync<BackendException>(() => reader.Client.CreateProjectAsync(name, -1, CancellationToken.None));

        Assert.Equal((BackendFailure.Throttled, HttpStatusCode.Forbidden), (failure.Failure, failure.Status));
        Assert.True((await reader.Client.GetSystemAsync(CancellationToken.None)).IsReadOnly);
    }

    [Theory]
    [InlineData("html", BackendFailure.Broken)]
    [InlineData("status", BackendFailure.Broken)]
    [InlineData("cut", BackendFailure.Unreachable)]
    public async Task Failure_OfTheServer_MayHeal(string kind, BackendFailure expected)
    {
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = kind, Method = "POST" });

        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None));

        Assert.Equal(expected, failure.Failure);
        Assert.True(failure.MayHeal);
    }

    [Fact]
    public async Task DiskFull_IsAQuotaThatIsUsedUp()
    {
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = "status", Status = 507, Method = "POST" });

        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None));

        Assert.Equal(BackendFailure.QuotaExceeded, failure.Failure);
    }

    [Fact]
    public async Task NoHarbor_IsSaid()
    {
        await using var none = new HarborConnection("");

        var failure = await Assert.ThrowsAsync<BackendException>(() => none.Client.GetSystemAsync(CancellationToken.None));

        Assert.Equal(BackendFailure.Unreachable, failure.Failure);
        Assert.Contains("Portal:Harbor:Url", failure.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestPassword_IsInNoException()
    {
        await using var server = await SmallServer.StartAsync(http => SmallServer.JsonAsync(http, 400, "{\"errors\":[{\"code\":\"BAD_REQUEST\",\"message\":\"no\"}]}"));
        await using var connection = new HarborConnection(server.Url, o => o.Password = "canary-7c1f");

        var failure = await Assert.ThrowsAsync<BackendException>(() => connection.Accounts.CreateUserAsync(
            HarborConnection.NewUser(name) with { Password = "Canary-9d2e-A1" }, CancellationToken.None));

        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Canary-9d2e-A1", HarborConnection.NewUser(name).ToString(), StringComparison.Ordinal);
    }

    private static async Task<RunningHarbor> Sandbox(params (string Name, object Value)[] configuration) => await RunningHarbor.StartAsync(configuration);
}
