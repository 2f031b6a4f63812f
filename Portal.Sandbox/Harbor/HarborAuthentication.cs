using System.Collections.Concurrent;
using System.Text;

namespace Portal.Sandbox.Harbor;

/// <summary>Basic credentials (user name or e-mail address, or a robot), then the session. A wrong password freezes the account.</summary>
internal sealed class HarborAuthentication(HarborServer server, HarborSessions sessions)
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(1.5);
    private readonly ConcurrentDictionary<string, DateTimeOffset> locks = new(StringComparer.Ordinal);

    /// <summary>Gives the caller; takes 1.5 s when the password is wrong, and in that time the right one is refused as well.</summary>
    public async Task<HarborCaller> IdentifyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.Ordinal) && server.Tokens.Read(header[7..]) is { } bearer)
        {
            return bearer;
        }

        if (Basic(header) is (var name, var password) && await LoginAsync(name, password, cancellationToken) is { } caller)
        {
            return caller;
        }

        lock (server.Gate)
        {
            return sessions.UserOf(request) is { } id && server.State.FindUser(id) is { } user ? new HarborCaller(user, null, user.Username) : HarborCaller.Anonymous;
        }
    }

    /// <summary>Checks a name and a password, or gives null after the freeze.</summary>
    public async Task<HarborCaller?> LoginAsync(string name, string password, CancellationToken cancellationToken)
    {
        lock (server.Gate)
        {
            if (Robot(name, password) is { } robot)
            {
                return robot;
            }

            if (locks.TryGetValue(name, out var since) && server.Clock.Now - since < Frozen)
            {
                return null;
            }

            var user = server.State.FindUser(name) ?? server.State.Users.Find(u => !u.IsDeleted && u.Email.Length > 0 && u.Email == name);
            if (user?.Password.Is(password) == true)
            {
                return new HarborCaller(user, null, user.Username);
            }
        }

        locks[name] = server.Clock.Now;
        await Task.Delay(Frozen, cancellationToken);
        locks.TryRemove(name, out _);
        return null;
    }

    private HarborCaller? Robot(string name, string secret)
    {
        var prefix = server.Setting("robot_name_prefix");
        if (!name.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var robot = server.State.Robots.Find(r => prefix + r.Name == name);
        var now = server.Clock.Now.ToUnixTimeSeconds();
        return robot is { Disabled: false } && (robot.ExpiresAt == -1 || robot.ExpiresAt > now) && robot.Secret.Is(secret)
            ? new HarborCaller(null, robot, name)
            : null;
    }

    private static (string Name, string Password)? Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
