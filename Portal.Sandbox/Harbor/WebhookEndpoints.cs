using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Web hook policies of a project, and what they have sent.</summary>
internal static class WebhookEndpoints
{
    private const string Base = "/api/v2.0/projects/{}/webhook";
    private static readonly HarborShape Shape = new("policy", new HarborField("name", "WebhookPolicy", "string"), new HarborField("enabled", "WebhookPolicy", "bool"));

    private static readonly Dictionary<string, Func<HarborRule, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = r => r.Id,
        ["name"] = r => r.Body.Text("name"),
        ["creation_time"] = r => r.CreatedAt,
    };

    private static readonly Dictionary<string, Func<HarborExecution, object?>> ExecutionFields = new(StringComparer.Ordinal)
    {
        ["id"] = e => e.Id,
        ["status"] = e => e.Status,
        ["start_time"] = e => e.StartedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", Base + "/events", Events),
        new("GET", Base + "/lasttrigger", LastTriggers),
        new("POST", Base + "/policies", Create, Shape),
        new("GET", Base + "/policies", List),
        new("GET", Base + "/policies/{}", call => HarborAnswer.Ok(RuleEndpoints.Write(Find(call, "read")))),
        new("PUT", Base + "/policies/{}", Update, Shape),
        new("DELETE", Base + "/policies/{}", Delete),
        new("GET", Base + "/policies/{}/executions", Executions),
        new("GET", Base + "/policies/{}/executions/{}/tasks", Tasks),
    ];

    private static HarborRule Find(HarborCall call, string action)
    {
        var project = call.Access.RequireProject(call.Values[0], "notification-policy", action);
        var id = call.Id(1, "webhook_policy_id");
        return call.State.Rules.Find(r => r.Kind == "webhook" && r.ProjectId == project.Id && r.Id == id) ?? throw HarborException.NotFound($"notification policy {id} not found");
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var project = call.Access.RequireProject(call.Values[0], "notification-policy", "list");
        return query.Answer(Of(call, project), Fields, RuleEndpoints.Write, "-creation_time,-id");
    }

    private static IEnumerable<HarborRule> Of(HarborCall call, HarborProject project) => call.State.Rules.Where(r => r.Kind == "webhook" && r.ProjectId == project.Id);

    private static HarborAnswer Create(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "notification-policy", "create");
        Check(call, project, 0);
        return HarborAnswer.Created($"/api/v2.0/projects/{call.Values[0]}/webhook/policies/{RuleEndpoints.Add(call.State, "webhook", project.Id, call.Body!, call.Now).Id}");
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var policy = Find(call, "update");
        Check(call, call.State.FindProject(policy.ProjectId)!, policy.Id);
        (policy.Body, policy.UpdatedAt) = (RuleEndpoints.Tidy(call.Body!), call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var policy = Find(call, "delete");
        call.State.Rules.Remove(policy);
        call.State.Executions.RemoveAll(e => e.PolicyId == policy.Id);
        return HarborAnswer.Ok();
    }

    private static void Check(HarborCall call, HarborProject project, long id)
    {
        foreach (var wanted in (call.Body!["event_types"] as JsonArray ?? []).Select(e => e?.ToString() ?? ""))
        {
            if (!HarborPayload.Types.Contains(wanted))
            {
                throw HarborException.BadRequest($"unsupported event type {wanted}");
            }
        }

        var name = call.Body.Text("name");
        if (Of(call, project).Any(r => r.Id != id && r.Body.Text("name") == name))
        {
            throw HarborException.Conflict($"notification policy named {name} already exists");
        }
    }

    private static HarborAnswer Events(HarborCall call)
    {
        call.Access.RequireProject(call.Values[0], "notification-policy", "read");
        return HarborAnswer.Ok(new JsonObject
        {
            ["event_type"] = new JsonArray([.. HarborPayload.Types.Select(e => (JsonNode)e)]),
            ["notify_type"] = new JsonArray("http", "slack"),
            ["payload_formats"] = new JsonArray(new JsonObject { ["formats"] = new JsonArray("Default", "CloudEvents"), ["notify_type"] = "http" }),
        });
    }

    /// <summary>Every event type of every policy, with when it last had something to send.</summary>
    private static HarborAnswer LastTriggers(HarborCall call)
    {
        var project = call.Access.RequireProject(call.Values[0], "notification-policy", "list");
        var lines = Of(call, project).OrderByDescending(r => r.Id).SelectMany(r => (r.Body["event_types"] as JsonArray ?? []).Select(e => (JsonNode)new JsonObject
        {
            ["creation_time"] = HarborAnswer.Time(r.CreatedAt),
            ["enabled"] = r.Body.Flag("enabled"),
            ["event_type"] = e!.ToString(),
            ["last_trigger_time"] = call.State.LastTriggered.TryGetValue($"{r.Id}:{e}", out var last) ? HarborAnswer.Time(last) : HarborAnswer.Never,
            ["policy_name"] = r.Body.Text("name"),
        }));
        return HarborAnswer.Ok(new JsonArray([.. lines]));
    }

    private static HarborAnswer Executions(HarborCall call)
    {
        var query = new HarborQuery(call);
        var policy = Find(call, "read");
        return query.Answer(call.State.Executions.Where(e => e.PolicyId == policy.Id), ExecutionFields, Write, "-id");
    }

    private static JsonObject Write(HarborExecution execution) => new()
    {
        ["end_time"] = execution.EndedAt is { } ended ? HarborPayload.Seconds(ended) : "0001-01-01T00:00:00Z",
        ["extra_attrs"] = new JsonObject { ["event_type"] = execution.EventType, ["payload"] = execution.Payload },
        ["id"] = execution.Id,
        ["metrics"] = new JsonObject { [Metric(execution.Status)] = 1, ["task_count"] = 1 },
        ["start_time"] = HarborPayload.Seconds(execution.StartedAt),
        ["status"] = execution.Status,
        ["trigger"] = "EVENT",
        ["vendor_id"] = execution.PolicyId,
        ["vendor_type"] = "WEBHOOK",
    };

    private static string Metric(string status) => status switch { "Success" => "success_task_count", "Error" => "error_task_count", _ => "running_task_count" };

    private static HarborAnswer Tasks(HarborCall call)
    {
        var query = new HarborQuery(call);
        var policy = Find(call, "read");
        var id = call.Id(2, "execution_id");
        return query.Answer(call.State.Executions.Where(e => e.PolicyId == policy.Id && e.Id == id), ExecutionFields, Task, "-id");
    }

    private static JsonObject Task(HarborExecution execution) => new()
    {
        ["creation_time"] = HarborPayload.Seconds(execution.StartedAt),
        ["end_time"] = execution.EndedAt is { } ended ? HarborPayload.Seconds(ended) : "0001-01-01T00:00:00Z",
        ["execution_id"] = execution.Id,
        ["id"] = execution.Id,
        ["run_count"] = 1,
        ["start_time"] = HarborPayload.Seconds(execution.StartedAt),
        ["status"] = execution.Status,
        ["update_time"] = HarborPayload.Seconds(execution.EndedAt ?? execution.StartedAt),
    };
}
