using Portal.Core.Backends;
using Portal.Core.Registry.Harbor;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

public sealed class HarborAccountsTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private readonly SandboxFixture sandbox;
    private readonly HarborConnection harbor;
    private readonly string name = "t" + Guid.NewGuid().ToString("N")[..12];

    public HarborAccountsTests(SandboxFixture sandbox)
    {
        this.sandbox = sandbox;
        harbor = new HarborConnection(sandbox.Address("harbor"));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await harbor.DisposeAsync();

    [Fact]
    public async Task User_Created_IsFoundByExactlyItsName()
    {
        await harbor.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None);

        var user = await harbor.Accounts.FindUserAsync(name, CancellationToken.None);

        Assert.Equal(name + "@projects.invalid", user!.Email);
        Assert.Null(await harbor.Accounts.FindUserAsync(name[..^1], CancellationToken.None));
        Assert.Null(await harbor.Accounts.FindUserAsync(name.ToUpperInvariant(), CancellationToken.None));
        Assert.Null(await harbor.Accounts.FindUserAsync("admin", CancellationToken.None));
    }

    [Fact]
    public async Task User_WhoseAddressIsTaken_IsAConflict()
    {
        var user = HarborConnection.NewUser(name);
        await harbor.Accounts.CreateUserAsync(user, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Accounts.CreateUserAsync(user with { UserName = name + "-2" }, CancellationToken.None));

        Assert.Equal(BackendFailure.Conflict, failure.Failure);
        Assert.Null(await harbor.Accounts.FindUserAsync(name + "-2", CancellationToken.None));
    }

    [Fact]
    public async Task OwnAccount_FrozenBySomebodysWrongPassword_IsAskedOnceMore()
    {
        using var stranger = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "Wrong-Passw0rd-1");
        using var frozen = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "labpass");
        var wrong = stranger.GetAsync("/api/v2.0/users/current");
        for (var deadline = DateTime.UtcNow.AddSeconds(1); DateTime.UtcNow < deadline;)
        {
            using var answer = await frozen.GetAsync("/api/v2.0/users/current");
            if (!answer.IsSuccessStatusCode)
            {
                break;
            }
        }

        await harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None);

        Assert.NotNull(await harbor.Client.FindProjectAsync(name, CancellationToken.None));
        (await wrong).Dispose();
    }

    [Fact]
    public async Task OwnAccount_WithAWrongPassword_IsForbidden_NotASignIn()
    {
        await using var wrong = new HarborConnection(sandbox.Address("harbor"), o =>
        {
            o.UserName = "nobody-" + name;
            o.Password = "Wrong-Passw0rd-1";
        });

        var failure = await Assert.ThrowsAsync<BackendException>(() => wrong.Client.GetSystemAsync(CancellationToken.None));

        Assert.Equal(BackendFailure.Forbidden, failure.Failure);
    }

    [Fact]
    public async Task OrdinaryUsersAccount_MayNotMakeUsers()
    {
        await harbor.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None);
        await using var ordinary = new HarborConnection(sandbox.Address("harbor"), o =>
        {
            o.UserName = name;
            o.Password = "Example-Passw0rd-1";
        });

        var failure = await Assert.ThrowsAsync<BackendException>(() => ordinary.Accounts.CreateUserAsync(HarborConnection.NewUser(name + "-2"), CancellationToken.None));

        Assert.Equal((BackendFailure.Forbidden, name), (failure.Failure, failure.Answer));
    }

    [Fact]
    public async Task Robot_Created_LogsInByTheNameThatHarborGave()
    {
        await using var other = await RunningHarbor.StartAsync(("robot_name_prefix", "bot-"));
        await using var client = new HarborConnection(other.Url);
        await client.Client.CreateProjectAsync(name, -1, CancellationToken.None);
        var project = await client.Client.FindProjectAsync(name, CancellationToken.None);

        var (id, login) = await client.Accounts.CreateRobotAsync(new NewRobotAccount(name, "pull", "note", [("repository", "pull")]), CancellationToken.None);

        var listed = Assert.Single(await client.Accounts.ListRobotsAsync(project!.Id, CancellationToken.None));
        Assert.Equal((id, $"bot-{name}+pull", "note", null), (listed.Id, listed.FullName, listed.Description, listed.ExpiresAt));
        Assert.Equal(listed.FullName, login.UserName);
        Assert.True(await client.Accounts.AcceptsAsync(login, CancellationToken.None));
        Assert.DoesNotContain(login.Password, login.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RobotSecret_Replaced_OldOneIsRefused()
    {
        await harbor.Client.CreateProjectAsync(name, -1, CancellationToken.None);
        var (id, login) = await harbor.Accounts.CreateRobotAsync(new NewRobotAccount(name, "pull", "", [("repository", "pull")]), CancellationToken.None);

        await harbor.Accounts.SetRobotSecretAsync(id, "Another-Secret-1", CancellationToken.None);

        Assert.False(await harbor.Accounts.AcceptsAsync(login, CancellationToken.None));
        Assert.True(await harbor.Accounts.AcceptsAsync(login with { Password = "Another-Secret-1" }, CancellationToken.None));
    }

    [Fact]
    public async Task Password_SetToTheSame_IsInvalid()
    {
        await harbor.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None);
        var user = await harbor.Accounts.FindUserAsync(name, CancellationToken.None);

        var failure = await Assert.ThrowsAsync<BackendException>(() => harbor.Accounts.SetPasswordAsync(user!.Id, "Example-Passw0rd-1", CancellationToken.None));

        Assert.Equal(BackendFailure.Invalid, failure.Failure);
    }

    [Fact]
    public async Task OidcMode_UsersCannotBeMade_AndHarborSaysSo()
    {
        await using var other = await RunningHarbor.StartAsync(("auth_mode", "oidc_auth"));
        await using var client = new HarborConnection(other.Url);

        var failure = await Assert.ThrowsAsync<BackendException>(() => client.Accounts.CreateUserAsync(HarborConnection.NewUser(name), CancellationToken.None));

        Assert.Equal(BackendFailure.Forbidden, failure.Failure);
        Assert.False((await client.Client.GetSystemAsync(CancellationToken.None)).HasLocalUsers);
    }
}
