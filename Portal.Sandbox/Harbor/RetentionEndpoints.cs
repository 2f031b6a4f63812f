using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Retention: a project's rules of what is kept, and runs of them. A run takes two seconds of the sandbox's clock, as a job does.</summary>
internal static class RetentionEndpoints
{
    private const string Base = "/api/v2.0/retentions";
    private const string Run = "retention-run";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, Func<HarborRule, object?>> RunFields = new(StringComparer.Ordinal) { ["id"] = r => r.Id };

    private static readonly Dictionary<string, Func<JsonObject, object?>> TaskFields = new(StringComparer.Ordinal) { ["id"] = t => t.Number("id") };

    public static HarborRoute[] Routes { get; } =
    [
        new("POST", Base, Create, new("policy")),
        new("GET", Base + "/{}", call => HarborAnswer.Ok(Write(Find(call, "read").Policy))),
        new("PUT", Base + "/{}", Update, new("policy")),
        new("POST", Base + "/{}/executions", Start, new("body")),
        new("GET", Base + "/{}/executions", ListRuns),
        new("GET", Base + "/{}/executions/{}/tasks", ListTasks),
    ];

    private static HarborAnswer Create(HarborCall call)
    {
        var project = ProjectOf(call, call.Body!, "create");
        if (project.Metadata.TryGetValue("retention_id", out var there))
        {
            throw HarborException.BadRequest($"project {project.Id} already has retention policy {there}");
        }

        Check(call.Body!);
        var policy = RuleEndpoints.Add(call.State, "retention", project.Id, call.Body!, call.Now);
        project.Metadata["retention_id"] = policy.Id.ToString(CultureInfo.InvariantCulture);
        return HarborAnswer.Created($"{Base}/{policy.Id}");
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var (policy, _) = Find(call, "update");
        Check(call.Body!);
        policy.Body = call.Body!.DeepClone().AsObject();
        policy.UpdatedAt = call.Now;
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Start(HarborCall call)
    {
        var (policy, project) = Find(call, "update");
        var isTrial = call.Body.Flag("dry_run");
        var run = RuleEndpoints.Add(call.State, Run, 0, [], call.Now);
        var tasks = new JsonArray();
        foreach (var repository in call.State.Repositories.Where(r => r.ProjectId == project.Id).ToList())
        {
            var standing = ArtifactEndpoints.Standing(call.State, repository).ToList();
            if (RetentionRules.Kept(policy.Body, repository, standing, call.Now) is not { } kept)
            {
                continue;
            }

            kept.UnionWith(standing.Where(a => a.Tags.Exists(t => TagEndpoints.IsImmutable(call.State, repository, t.Name))));
            tasks.Add(new JsonObject { ["id"] = call.State.Next("retention-task"), ["execution_id"] = run.Id, ["repository"] = NameIn(repository), ["total"] = standing.Count, ["retained"] = kept.Count });
            foreach (var artifact in isTrial ? [] : standing.Except(kept))
            {
                ArtifactRemoval.Remove(call, repository, artifact);
            }
        }

        run.Body = new JsonObject { ["policy_id"] = policy.Id, ["dry_run"] = isTrial, ["tasks"] = tasks };
        return HarborAnswer.Created($"{Base}/{policy.Id}/executions/{run.Id}");
    }

    private static HarborAnswer ListRuns(HarborCall call)
    {
        var query = new HarborQuery(call);
        var (policy, _) = Find(call, "list");
        return query.Answer(call.State.Rules.Where(r => r.Kind == Run && r.Body.Number("policy_id") == policy.Id), RunFields, r => WriteRun(r, call.Now), "-id");
    }

    private static HarborAnswer ListTasks(HarborCall call)
    {
        var query = new HarborQuery(call);
        var (policy, _) = Find(call, "list");
        var id = call.Id(1, "eid");
        var run = call.State.Rules.Find(r => r.Kind == Run && r.Id == id && r.Body.Number("policy_id") == policy.Id) ?? throw HarborException.NotFound($"execution {id} not found");
        var status = IsEnded(run, call.Now) ? "Success" : "Running";
        return query.Answer((run.Body["tasks"] as JsonArray ?? []).OfType<JsonObject>(), TaskFields, t => WriteTask(t, status, run), "id");
    }

    private static JsonObject WriteTask(JsonObject task, string status, HarborRule run)
    {
        var wire = task.DeepClone().AsObject();
        wire["status"] = status;
        wire["start_time"] = HarborAnswer.Time(run.CreatedAt);
        if (status != "Success")
        {
            wire["total"] = 0;
            wire["retained"] = 0;
        }

        return wire;
    }

    private static bool IsEnded(HarborRule run, DateTimeOffset now) => now >= run.CreatedAt + Duration;

    private static JsonObject Write(HarborRule policy)
    {
        var wire = policy.Body.DeepClone().AsObject();
        wire["id"] = policy.Id;
        return wire;
    }

    private static JsonObject WriteRun(HarborRule run, DateTimeOffset now)
    {
        var wire = new JsonObject
        {
            ["id"] = run.Id,
            ["policy_id"] = run.Body.Number("policy_id"),
            ["start_time"] = HarborAnswer.Time(run.CreatedAt),
            ["status"] = IsEnded(run, now) ? "Succeed" : "Running",
            ["trigger"] = "Manual",
        };
        if (IsEnded(run, now))
        {
            wire["end_time"] = HarborAnswer.Time(run.CreatedAt + Duration);
        }

        if (run.Body.Flag("dry_run"))
        {
            wire["dry_run"] = true;
        }

        return wire;
    }

    private static (HarborRule Policy, HarborProject Project) Find(HarborCall call, string action)
    {
        var id = call.Id(0, "id");
        if (call.State.Rules.Find(r => r.Kind == "retention" && r.Id == id) is not { } policy)
        {
            call.Access.Require();
            throw HarborException.NotFound($"retention policy {id} not found");
        }

        return (policy, call.Access.RequireProject(policy.ProjectId, "tag-retention", action));
    }

    private static HarborProject ProjectOf(HarborCall call, JsonObject body, string action) =>
        call.Access.RequireProject((body["scope"] as JsonObject).Number("ref") ?? 0, "tag-retention", action);

    private static void Check(JsonObject body)
    {
        if ((body["rules"] as JsonArray ?? []).Count > 15)
        {
            throw HarborException.BadRequest("only 15 retention rules are allowed at most");
        }
    }

    private static string NameIn(HarborRepository repository) => repository.Name[(repository.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
