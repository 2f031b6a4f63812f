using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>Local users.</summary>
internal static partial class UserEndpoints
{
    private const string PasswordRule = "the password or secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number";

    private static readonly HarborShape CreateShape = new(
        "userReq",
        new("username", "UserCreationReq", "string", 255),
        new("email", "UserCreationReq", "string", 255),
        new("realname", "UserCreationReq", "string"),
        new("password", "UserCreationReq", "string"),
        new("comment", "UserCreationReq", "string"));

    private static readonly HarborShape ProfileShape = new(
        "profile", new("email", "UserProfile", "string"), new("realname", "UserProfile", "string"), new("comment", "UserProfile", "string"));

    private static readonly HarborShape PasswordShape = new(
        "password", new("old_password", "PasswordReq", "string"), new("new_password", "PasswordReq", "string"));

    private static readonly Dictionary<string, Func<HarborUser, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["user_id"] = u => u.Id,
        ["username"] = u => u.Username,
        ["email"] = u => u.Email,
        ["realname"] = u => u.Realname,
        ["comment"] = u => u.Comment,
        ["sysadmin_flag"] = u => u.IsAdmin,
        ["creation_time"] = u => u.CreatedAt,
        ["update_time"] = u => u.UpdatedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", "/api/v2.0/users", Create, CreateShape),
        new("GET", "/api/v2.0/users", List),
        new("GET", "/api/v2.0/users/current", call => HarborAnswer.Ok(Write(call.Access.RequireUser()))),
        new("GET", "/api/v2.0/users/current/permissions", Permissions),
        new("GET", "/api/v2.0/users/search", Search),
        new("GET", "/api/v2.0/users/{}", Get),
        new("PUT", "/api/v2.0/users/{}", Update, ProfileShape),
        new("DELETE", "/api/v2.0/users/{}", Delete),
        new("PUT", "/api/v2.0/users/{}/password", ChangePassword, PasswordShape),
        new("PUT", "/api/v2.0/users/{}/sysadmin", ChangeAdmin, new("sysadmin_flag", new HarborField("sysadmin_flag", "UserSysAdminFlag", "bool"))),
        new("PUT", "/api/v2.0/users/{}/cli_secret", CliSecret, new("secret", new HarborField("secret", "OIDCCliSecretReq", "string"))),
    ];

    public static JsonObject Write(HarborUser user)
    {
        var wire = new JsonObject
        {
            ["admin_role_in_auth"] = false,
            ["creation_time"] = HarborAnswer.Time(user.CreatedAt),
            ["realname"] = user.Realname,
            ["sysadmin_flag"] = user.IsAdmin,
            ["update_time"] = HarborAnswer.Time(user.UpdatedAt),
            ["user_id"] = user.Id,
        };
        foreach (var (name, value) in new[] { ("username", user.Username), ("email", user.Email), ("comment", user.Comment) })
        {
            if (value.Length > 0)
            {
                wire[name] = value;
            }
        }

        return wire;
    }

    private static HarborAnswer Create(HarborCall call)
    {
        call.Access.RequireSystem("user", "create");
        RequireLocalUsers(call, "creating");
        CheckProfile(call.Body!);
        var (name, email, password) = (call.Body.Text("username"), call.Body.Text("email"), call.Body.Text("password"));
        if (!HarborSecret.FollowsRule(password))
        {
            throw HarborException.BadRequest(PasswordRule);
        }

        // A name that is taken uses an id up.
        var id = call.State.Next("user");
        if (call.State.Users.Exists(u => !u.IsDeleted && (u.Username == name || u.Email == email)))
        {
            throw HarborException.Conflict($"user {name} or email {email} already exists");
        }

        call.State.Users.Add(new HarborUser
        {
            Id = id,
            Username = name,
            Email = email,
            Realname = call.Body.Text("realname"),
            Comment = call.Body.Text("comment"),
            Password = HarborSecret.Of(password),
            CreatedAt = call.Now,
            UpdatedAt = call.Now,
        });
        return HarborAnswer.Created($"/api/v2.0/users/{id}");
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        call.Access.RequireSystem("user", "list");
        return query.Answer(Listed(call), Fields, Write, "username");
    }

    private static HarborAnswer Search(HarborCall call)
    {
        var part = call.Query("username") ?? throw HarborException.Unprocessable("username in query is required");
        var query = new HarborQuery(call);
        call.Access.Require();
        return query.Answer(
            Listed(call).Where(u => u.Username.Contains(part, StringComparison.OrdinalIgnoreCase)),
            Fields,
            u => new JsonObject { ["user_id"] = u.Id, ["username"] = u.Username },
            "username");
    }

    private static IEnumerable<HarborUser> Listed(HarborCall call) => call.State.Users.Where(u => !u.IsDeleted && u.Id != 1);

    private static HarborAnswer Get(HarborCall call)
    {
        var id = call.Id(0, "user_id");
        RequireSelf(call, id, $"Not authorized to read user: {id}");
        return HarborAnswer.Ok(Write(Find(call, id)));
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var id = call.Id(0, "user_id");
        RequireSelf(call, id, $"Not authorized to update user: {id}");
        RequireLocalUsers(call, "updating");
        CheckProfile(call.Body!);
        var user = Find(call, id);
        var email = call.Body.Text("email");
        if (call.State.Users.Exists(u => !u.IsDeleted && u != user && u.Email == email))
        {
            throw HarborException.Conflict($"user {user.Username} or email {email} already exists");
        }

        (user.Email, user.Realname, user.Comment, user.UpdatedAt) = (email, call.Body.Text("realname"), call.Body.Text("comment"), call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var id = call.Id(0, "user_id");
        call.Access.RequireSystem("user", "delete");
        if (id == 1 || id == call.Caller.User?.Id)
        {
            throw HarborException.Forbidden($"User with ID {id} cannot be deleted");
        }

        var user = Find(call, id);
        user.IsDeleted = true;
        user.UpdatedAt = call.Now;
        call.State.Members.RemoveAll(m => m.UserId == id);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer ChangePassword(HarborCall call)
    {
        var id = call.Id(0, "user_id");
        RequireSelf(call, id, $"Not authorized to update password of user: {id}");
        RequireLocalUsers(call, "updating password of");
        var user = Find(call, id);
        var own = call.Caller.User?.Id == id;
        if ((own || !call.Caller.IsAdmin) && !user.Password.Is(call.Body.Text("old_password")))
        {
            throw HarborException.Forbidden("Current password is incorrect");
        }

        var password = call.Body.Text("new_password");
        if (!HarborSecret.FollowsRule(password))
        {
            throw HarborException.BadRequest(PasswordRule);
        }

        if (user.Password.Is(password))
        {
            throw HarborException.BadRequest("New password is identical to old password");
        }

        (user.Password, user.UpdatedAt) = (HarborSecret.Of(password), call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer ChangeAdmin(HarborCall call)
    {
        var id = call.Id(0, "user_id");
        call.Access.RequireSystem("user", "update");
        var user = Find(call, id);
        (user.IsAdmin, user.UpdatedAt) = (call.Body.Flag("sysadmin_flag"), call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer CliSecret(HarborCall call)
    {
        RequireSelf(call, call.Id(0, "user_id"), "Not authorized to update the CLI secret");
        var mode = call.Server.Setting("auth_mode");
        return mode == "oidc_auth" ? HarborAnswer.Ok() : throw HarborException.Precondition($"unable to update CLI secret under authmode: {mode}");
    }

    /// <summary>Resource and action pairs of the caller in a project; relative ones without the project's path.</summary>
    private static HarborAnswer Permissions(HarborCall call)
    {
        var user = call.Access.RequireUser();
        var scope = (call.Query("scope") ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (scope is not ["project", var text] || !long.TryParse(text, out var id) || call.State.FindProject(id) is not { } project)
        {
            return HarborAnswer.Ok(new JsonArray());
        }

        var prefix = call.QueryFlag("relative") ? "" : $"/project/{id}/";
        var rights = HarborAccess.Of(user.IsAdmin ? 1 : call.State.RoleOf(user, project)).Select(r => r.Split(':'));
        return HarborAnswer.Ok(new JsonArray([.. rights.Select(r => new JsonObject { ["action"] = r[1], ["resource"] = prefix + r[0] })]));
    }

    private static HarborUser Find(HarborCall call, long id) => call.State.FindUser(id) ?? throw HarborException.NotFound($"user {id} not found");

    private static void RequireSelf(HarborCall call, long id, string refusal)
    {
        call.Access.Require();
        if (!call.Caller.IsAdmin && call.Caller.User?.Id != id)
        {
            throw HarborException.Forbidden(refusal);
        }
    }

    private static void RequireLocalUsers(HarborCall call, string what)
    {
        if (call.Server.Setting("auth_mode") is not "db_auth" and var mode)
        {
            throw HarborException.Forbidden($"{what} local user is not allowed under auth mode: {mode}");
        }
    }

    private static void CheckProfile(JsonObject body)
    {
        var (email, realname) = (body.Text("email"), body.Text("realname"));
        if (email.Length == 0)
        {
            throw HarborException.BadRequest("email can't be empty");
        }

        if (!EmailForm().IsMatch(email))
        {
            throw HarborException.BadRequest("email with illegal format");
        }

        if (realname.Length is 0 or > 255)
        {
            throw HarborException.BadRequest("realname with illegal length");
        }

        if (realname.IndexOfAny([',', '~', '#', '$', '%']) >= 0)
        {
            throw HarborException.BadRequest("realname contains illegal characters");
        }

        if (body.Text("comment").Length > 30)
        {
            throw HarborException.BadRequest("comment with illegal length");
        }
    }

    [GeneratedRegex(@"^[^<>()\[\]\\.,;:\s@""]+(\.[^<>()\[\]\\.,;:\s@""]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$")]
    private static partial Regex EmailForm();
}
