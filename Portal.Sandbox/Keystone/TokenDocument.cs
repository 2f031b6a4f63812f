using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Writes the token document and the catalogue.</summary>
internal sealed class TokenDocument(KeystoneState state)
{
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public JsonObject Write(LiveToken live, bool catalog = true)
    {
        var t = live.Record;
        var token = new JsonObject
        {
            ["methods"] = t.Methods.ToJson(),
            ["user"] = User(live),
            ["audit_ids"] = t.AuditIds.ToJson(),
            ["expires_at"] = Time(t.ExpiresAt),
            ["issued_at"] = Time(t.IssuedAt),
        };
        WriteScope(token, live);
        if (t.IsScoped)
        {
            // Only the path of a re-scoped federated token gives whole role documents.
            var whole = t.IsFederated;
            token["roles"] = new JsonArray([.. live.RoleIds.Select(r => Role(r, whole))]);
            if (catalog)
            {
                token["catalog"] = Catalog(t.ProjectId);
            }
        }

        if (state.Credentials.Find(t.ApplicationCredentialId) is { } credential)
        {
            token["application_credential"] = new JsonObject
            {
                ["id"] = credential.Text("id"),
                ["name"] = credential.Text("name"),
                ["restricted"] = credential.Flag("unrestricted") != true,
            };
        }

        return new JsonObject { ["token"] = token };
    }

    public JsonArray Catalog(string? projectId) => new([.. state.Services.All.Where(s => s.Flag("enabled") != false).Select(s => new JsonObject
    {
        ["endpoints"] = new JsonArray([.. state.Endpoints.All.Where(e => e.Text("service_id") == s.Text("id") && e.Flag("enabled") != false)
            .Where(e => projectId is not null || !NeedsProject(e)).Select(e => new JsonObject
            {
                ["id"] = e.Text("id"),
                ["interface"] = e.Text("interface"),
                ["region_id"] = e.Text("region_id"),
                ["url"] = Url(e, projectId),
                ["region"] = e.Text("region_id"),
            })]),
        ["id"] = s.Text("id"),
        ["type"] = s.Text("type"),
        ["name"] = s.Text("name"),
    })]);

    public JsonObject Role(string id, bool whole)
    {
        var role = state.Roles.Find(id);
        var shown = new JsonObject { ["id"] = id, ["name"] = role.Text("name") };
        if (whole)
        {
            shown["domain_id"] = null;
            shown["description"] = role.Text("description");
            shown["options"] = role.Object("options")?.DeepClone() ?? new JsonObject();
        }

        return shown;
    }

    private static bool NeedsProject(JsonObject endpoint) => endpoint.Text("url")!.Contains("project_id)s", StringComparison.Ordinal) || endpoint.Text("url")!.Contains("tenant_id)s", StringComparison.Ordinal);

    private static string Url(JsonObject endpoint, string? projectId)
    {
        var url = endpoint.Text("url")!;
        foreach (var name in new[] { "%(project_id)s", "%(tenant_id)s", "$(project_id)s", "$(tenant_id)s" })
        {
            url = url.Replace(name, projectId, StringComparison.Ordinal);
        }

        return url;
    }

    private JsonObject Domain(string? id) => new() { ["id"] = id, ["name"] = state.Domains.Find(id).Text("name") };

    private void WriteScope(JsonObject token, LiveToken live)
    {
        if (state.Projects.Find(live.Record.ProjectId) is { } project)
        {
            token["project"] = new JsonObject { ["domain"] = Domain(project.Text("domain_id")), ["id"] = project.Text("id"), ["name"] = project.Text("name") };
            token["is_domain"] = false;
        }
        else if (live.Record.DomainId is { } domain)
        {
            token["domain"] = Domain(domain);
        }
        else if (live.Record.System)
        {
            token["system"] = new JsonObject { ["all"] = true };
        }
    }

    private JsonObject User(LiveToken live)
    {
        var user = new JsonObject { ["domain"] = Domain(live.User.Text("domain_id")), ["id"] = live.UserId, ["name"] = live.User.Text("name") };
        if (live.Record.IsFederated)
        {
            user["OS-FEDERATION"] = new JsonObject
            {
                ["groups"] = new JsonArray([.. live.Record.Groups.Select(g => new JsonObject { ["id"] = g })]),
                ["identity_provider"] = new JsonObject { ["id"] = live.Record.IdentityProvider },
                ["protocol"] = new JsonObject { ["id"] = live.Record.Protocol },
            };
        }
        else
        {
            user["password_expires_at"] = live.User["password_expires_at"]?.DeepClone();
        }

        return user;
    }
}
