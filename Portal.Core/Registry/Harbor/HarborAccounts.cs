using System.Net;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <inheritdoc />
internal sealed class HarborAccounts(HarborHttp http) : IHarborAccounts
{
    private const string Comment = "Container Platform Portal";

    public async Task<RegistryUser?> FindUserAsync(string userName, CancellationToken cancellationToken)
    {
        // The value is unescaped twice by the server, and a filter that it does not understand would give everybody.
        var q = "username=" + Uri.EscapeDataString(userName);
        var users = await http.ListAsync<UserWire>(HarborHttp.Call(HttpMethod.Get, "find user", "/users", null, ("q", q)), cancellationToken).ConfigureAwait(false);
        return users.FirstOrDefault(u => u.Username == userName)?.ToUser();
    }

    public async Task<IReadOnlyList<RegistryUser>> ListUsersAsync(CancellationToken cancellationToken) =>
        [.. (await http.ListAsync<UserWire>(HarborHttp.Call(HttpMethod.Get, "list users", "/users"), cancellationToken).ConfigureAwait(false)).Select(u => u.ToUser())];

    public Task CreateUserAsync(NewRegistryUser user, CancellationToken cancellationToken)
    {
        var body = new { Username = user.UserName, user.Email, Realname = user.RealName, user.Password, Comment };
        return http.SendAsync(HarborHttp.Call(HttpMethod.Post, "create user", "/users", body), cancellationToken);
    }

    public Task SetPasswordAsync(long userId, string password, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Put, "set password", $"/users/{userId}/password", new { NewPassword = password }), cancellationToken);

    public Task DeleteUserAsync(long userId, CancellationToken cancellationToken) => http.DeleteAsync("delete user", $"/users/{userId}", cancellationToken);

    public async Task<bool> AcceptsAsync(HarborLogin login, CancellationToken cancellationToken)
    {
        try
        {
            await http.SendAsync(HarborHttp.Call(HttpMethod.Get, "check a log-in", "/users/current"), login, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.PreconditionFailed)
        {
            // Robots are told that they are no users, which they are only told when their secret is right.
            return true;
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            return false;
        }
    }

    public async Task<IReadOnlyList<RobotAccount>> ListRobotsAsync(long projectId, CancellationToken cancellationToken)
    {
        var call = HarborHttp.Call(HttpMethod.Get, "list robot accounts", "/robots", null, ("q", $"Level=project,ProjectID={projectId}"));
        return [.. (await http.ListAsync<RobotWire>(call, cancellationToken).ConfigureAwait(false)).Select(r => r.ToRobot())];
    }

    public async Task<(long Id, HarborLogin Login)> CreateRobotAsync(NewRobotAccount robot, CancellationToken cancellationToken)
    {
        var made = await CreateExpiringRobotAsync(robot with { Days = -1 }, cancellationToken).ConfigureAwait(false);
        return (made.Id, made.Login);
    }

    public async Task<MadeRobot> CreateExpiringRobotAsync(NewRobotAccount robot, CancellationToken cancellationToken)
    {
        var access = robot.Rights.Select(r => new { r.Resource, r.Action });
        var body = new
        {
            robot.Name,
            robot.Description,
            Duration = robot.Days,
            Level = "project",
            Permissions = new[] { new { Kind = "project", Namespace = robot.Project, Access = access } },
        };
        var answer = await http.SendAsync(HarborHttp.Call(HttpMethod.Post, "create robot account", "/robots", body), cancellationToken).ConfigureAwait(false);
        var made = answer.Read<MadeRobotWire>();
        return new MadeRobot(made.Id, new HarborLogin(made.Name, made.Secret), EndOf(made.ExpiresAt));
    }

    public Task SetRobotSecretAsync(long robotId, string secret, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Patch, "replace a robot's secret", $"/robots/{robotId}", new { Secret = secret }), cancellationToken);

    public Task DeleteRobotAsync(long robotId, CancellationToken cancellationToken) => http.DeleteAsync("delete robot account", $"/robots/{robotId}", cancellationToken);

    // A user whose name is empty has no such field.
    private sealed record UserWire(long UserId, string? Username, string? Email, DateTimeOffset CreationTime)
    {
        public RegistryUser ToUser() => new(UserId, Username ?? "", Email ?? "", CreationTime);
    }

    private static DateTimeOffset? EndOf(long seconds) => seconds < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds);

    private sealed record RobotWire(long Id, string Name, string? Description, bool Disable, long ExpiresAt, DateTimeOffset CreationTime, PermissionWire[]? Permissions)
    {
        public RobotAccount ToRobot() => new(Id, Name, Description ?? "", Disable, EndOf(ExpiresAt))
        {
            CreatedAt = CreationTime,
            MayPush = Permissions?.Any(p => p.Access?.Any(a => a is { Resource: "repository", Action: "push" }) == true) == true,
        };
    }

    private sealed record PermissionWire(AccessWire[]? Access);

    private sealed record AccessWire(string? Resource, string? Action);

    private sealed record MadeRobotWire(long Id, string Name, string Secret, long ExpiresAt)
    {
        // A record would print its secret.
        public override string ToString() => Name;
    }
}
