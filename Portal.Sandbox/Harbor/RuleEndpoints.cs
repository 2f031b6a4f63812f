using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Labels and immutable tag rules: kept, listed, and obeyed as far as tags go.</summary>
internal static class RuleEndpoints
{
    private static readonly Dictionary<string, Func<HarborRule, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = r => r.Id,
        ["name"] = r => r.Body.Text("name"),
        ["creation_time"] = r => r.CreatedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", "/api/v2.0/labels", CreateLabel, new("label", new HarborField("name", "Label", "string"), new HarborField("project_id", "Label", "int64"))),
        new("GET", "/api/v2.0/labels", ListLabels),
        new("POST", "/api/v2.0/projects/{}/immutabletagrules", CreateImmutable, new("ImmutableRule")),
        new("GET", "/api/v2.0/projects/{}/immutabletagrules", call => List(call, "immutable", "immutable-tag")),
        new("DELETE", "/api/v2.0/projects/{}/immutabletagrules/{}", call => Delete(call, "immutable", "immutable-tag")),
    ];

    public static JsonArray Labels(HarborCall call, IEnumerable<long> ids) =>
        new([.. call.State.Rules.Where(r => r.Kind == "label" && ids.Contains(r.Id)).Select(Write)]);

    public static HarborRule Add(HarborState state, string kind, long projectId, JsonObject body, DateTimeOffset now)
    {
        var rule = new HarborRule { Kind = kind, Id = state.Next(kind), ProjectId = projectId, Body = Tidy(body), CreatedAt = now, UpdatedAt = now };
        state.Rules.Add(rule);
        return rule;
    }

    /// <summary>Leaves out what is false or empty, as the server's answers do.</summary>
    public static JsonObject Tidy(JsonObject body)
    {
        var tidy = new JsonObject();
        foreach (var (name, value) in body)
        {
            tidy[name] = value switch
            {
                JsonArray list => new JsonArray([.. list.Select(i => i is JsonObject inner ? Tidy(inner) : i?.DeepClone())]),
                JsonValue when value.ToString() is "" or "false" => null,
                _ => value?.DeepClone(),
            };
            if (tidy[name] is null)
            {
                tidy.Remove(name);
            }
        }

        return tidy;
    }

    public static JsonObject Write(HarborRule rule)
    {
        var wire = rule.Body.DeepClone().AsObject();
        wire["id"] = rule.Id;
        wire["creation_time"] = HarborAnswer.Time(rule.CreatedAt);
        wire["update_time"] = HarborAnswer.Time(rule.UpdatedAt);
        if (rule.ProjectId != 0)
        {
            wire["project_id"] = rule.ProjectId;
        }

        return wire;
    }

    private static HarborAnswer List(HarborCall call, string kind, string resource)
    {
        var query = new HarborQuery(call);
        var project = call.Access.RequireProject(call.Values[0], resource, "list");
        return query.Answer(call.State.Rules.Where(r => r.Kind == kind && r.ProjectId == project.Id), Fields, Write, "-creation_time,-id");
    }

    private static HarborAnswer Delete(HarborCall call, string kind, string resource)
    {
        var project = call.Access.RequireProject(call.Values[0], resource, "delete");
        var id = call.Id(1, "id");
        return call.State.Rules.RemoveAll(r => r.Kind == kind && r.ProjectId == project.Id && r.Id == id) > 0
            ? HarborAnswer.Ok()
            : throw HarborException.NotFound($"{kind} {id} not found");
    }

    private static HarborAnswer CreateLabel(HarborCall call)
    {
        var projectId = call.Body.Text("scope") == "p" ? call.Body.Number("project_id") ?? 0 : 0;
        if (projectId == 0)
        {
            call.Access.RequireSystem("label", "create");
        }
        else
        {
            call.Access.RequireProject(projectId.ToString(CultureInfo.InvariantCulture), "label", "create");
        }

        var name = call.Body.Text("name");
        if (call.State.Rules.Exists(r => r.Kind == "label" && r.ProjectId == projectId && r.Body.Text("name") == name))
        {
            throw HarborException.Conflict($"label {name} already exists");
        }

        return HarborAnswer.Created($"/api/v2.0/labels/{Add(call.State, "label", projectId, call.Body!, call.Now).Id}");
    }

    private static HarborAnswer ListLabels(HarborCall call)
    {
        var query = new HarborQuery(call);
        long projectId = 0;
        if (call.Query("scope") == "p")
        {
            var project = call.Access.RequireProject(call.Query("project_id") ?? "0", "label", "list");
            projectId = project.Id;
        }
        else
        {
            call.Access.Require();
        }

        return query.Answer(call.State.Rules.Where(r => r.Kind == "label" && r.ProjectId == projectId), Fields, Write, "name");
    }

    private static HarborAnswer CreateImmutable(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "immutable-tag", "create");
        return HarborAnswer.Created($"/api/v2.0/projects/{call.Values[0]}/immutabletagrules/{Add(call.State, "immutable", project.Id, call.Body!, call.Now).Id}");
    }
}
