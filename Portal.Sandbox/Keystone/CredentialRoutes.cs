using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Application credentials of a user.</summary>
internal sealed class CredentialRoutes(KeystoneState state, TokenDocument document, TimeProvider clock)
{
    private const string All = "/v3/users/{user}/application_credentials";
    private const string One = All + "/{id}";

    public void Map(KeystoneRouter router)
    {
        router.Get(All, List);
        router.Post(All, Create);
        router.Get(One, Show);
        router.Delete(One, Delete);
    }

    private KeystoneAnswer List(KeystoneCall call)
    {
        call.RequireAdminOr(call["user"], "list_application_credentials");
        var name = call.Query("name");
        var mine = state.Credentials.All.Where(c => c.Text("user_id") == call["user"] && (name is null || c.Text("name") == name));
        return KeystoneAnswer.Ok(call.List("application_credentials", mine.Select(c => Write(c, call))));
    }

    private KeystoneAnswer Show(KeystoneCall call)
    {
        call.RequireAdminOr(call["user"], "get_application_credential");
        return KeystoneAnswer.Ok(new JsonObject { ["application_credential"] = Write(Find(call), call) });
    }

    private KeystoneAnswer Delete(KeystoneCall call)
    {
        RequireManaging(call);
        call.RequireAdminOr(call["user"], "delete_application_credential");
        state.Credentials.Remove(Find(call).Text("id")!);
        return KeystoneAnswer.Nothing;
    }

    private KeystoneAnswer Create(KeystoneCall call)
    {
        RequireManaging(call);
        if (call.Caller.UserId != call["user"])
        {
            throw KeystoneFault.Forbidden("identity:create_application_credential");
        }

        var asked = call.Wrapped("application_credential");
        var name = asked.Text("name") ?? throw KeystoneFault.BadRequest("Invalid input for field 'application_credential': 'name' is a required property");
        if (state.Credentials.All.Any(c => c.Text("user_id") == call["user"] && c.Text("name") == name))
        {
            throw KeystoneFault.Conflict("application_credential", name);
        }

        var secret = asked.Text("secret") ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var credential = new JsonObject
        {
            ["id"] = KeystoneState.NewId(),
            ["name"] = name,
            ["description"] = asked.Text("description"),
            ["user_id"] = call["user"],
            ["project_id"] = call.Caller.Record.ProjectId,
            ["system"] = null,
            ["expires_at"] = Expiry(asked.Text("expires_at")),
            ["unrestricted"] = asked["unrestricted"]?.DeepClone(),
            ["_roles"] = Roles(asked, call.Caller).ToJson(),
            ["_secret"] = secret,
        };
        if (asked["access_rules"] is { } rules)
        {
            credential["access_rules"] = rules.DeepClone();
        }

        state.Credentials.Put(credential);
        var shown = Write(credential, call);
        shown["secret"] = secret;
        return KeystoneAnswer.Created(new JsonObject { ["application_credential"] = shown });
    }

    private void RequireManaging(KeystoneCall call)
    {
        var used = state.Credentials.Find(call.Caller.Record.ApplicationCredentialId);
        if (used is not null && used.Flag("unrestricted") != true)
        {
            throw KeystoneFault.Forbidden("Using method 'application_credential' is not allowed for managing additional application credentials.");
        }
    }

    private JsonObject Find(KeystoneCall call) =>
        state.Credentials.Get(call["id"]) is var found && found.Text("user_id") == call["user"] ? found : throw KeystoneFault.NotFound("Application Credential", call["id"]);

    private string? Expiry(string? asked)
    {
        if (asked is null)
        {
            return null;
        }

        if (!DateTimeOffset.TryParse(asked, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            throw KeystoneFault.BadRequest("Expiration time is not in ISO 8601 format.");
        }

        return time > clock.GetUtcNow()
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture)
            : throw KeystoneFault.Malformed("The 'expires_at' must not be before now");
    }

    private IEnumerable<string> Roles(JsonObject asked, LiveToken caller)
    {
        if (asked.List("roles") is not { Count: > 0 } wanted)
        {
            return caller.RoleIds;
        }

        return [.. wanted.Select(r =>
        {
            var role = r.Text("id") is { } id ? state.Roles.Get(id) : state.Roles.Named(r.Text("name")) ?? throw KeystoneFault.NotFound("role", r.Text("name") ?? "");
            return caller.RoleIds.Contains(role.Text("id"))
                ? role.Text("id")!
                : throw KeystoneFault.BadRequest($"Invalid application credential: Could not find role assignment with role: {role.Text("id")}, user or group: {caller.UserId}, project, domain, or system: {caller.Record.ProjectId}.");
        })];
    }

    private JsonObject Write(JsonObject credential, KeystoneCall call)
    {
        var shown = state.Credentials.Show(credential, call.Address);
        shown["roles"] = new JsonArray([.. credential.List("_roles").Texts().Select(r => document.Role(r, whole: true))]);
        return shown;
    }
}
