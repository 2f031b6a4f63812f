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
        var access = robot.Rights.Select(r => new { r.Resource, r.Action });
        var body = new
        {
            robot.Name,
            robot.Description,
            Duration = -1,
            Level = "project",
            Permissions = new[] { new { Kind = "project", Namespace = robot.Project, Access = access } },
        };
        var answer = await http.SendAsync(HarborHttp.Call(HttpMethod.Post, "create robot account", "/robots", body), cancellationToken).ConfigureAwait(false);
        var made = answer.Read<MadeRobotWire>();
        return (made.Id, new HarborLogin(made.Name, made.Secret));
    }

    public Task SetRobotSecretAsync(long robotId, string secret, CancellationToken cancellationToken) =>
        http.SendAsync(HarborHttp.Call(HttpMethod.Patch, "replace a robot's secret", $"/robots/{robotId}", new { Secret = secret }), cancellationToken);

    public Task DeleteRobotAsync(long robotId, CancellationToken cancellationToken) => http.DeleteAsync("delete robot account", $"/robots/{robotId}", cancellationToken);

    // A user whose name is empty has no such field.
    private sealed record UserWire(long UserId, string? Username, string? Email, DateTimeOffset CreationTime)
    {
        public RegistryUser ToUser() => new(UserId, Username ?? "", Email ?? "", CreationTime);
    }

    private sealed record RobotWire(long Id, string Name, string? Description, bool Disable, long ExpiresAt)
    {
        public RobotAccount ToRobot() => new(Id, Name, Description ?? "", Disable, ExpiresAt < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(ExpiresAt));
    }

    private sealed record MadeRobotWire(long Id, string Name, string Secret)
    {
        // A record would print its secret.
        public override string ToString() => Name;
    }
}
