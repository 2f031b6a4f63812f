using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Repositories. Their names are one path value, without the project, with slashes encoded twice.</summary>
internal static class RepositoryEndpoints
{
    private static readonly HarborShape Shape = new("repository", new HarborField("description", "Repository", "string"));

    private static readonly Dictionary<string, Func<HarborRepository, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["repository_id"] = r => r.Id,
        ["name"] = r => r.Name,
        ["project_id"] = r => r.ProjectId,
        ["description"] = r => r.Description,
        ["pull_count"] = r => r.PullCount,
        ["creation_time"] = r => r.CreatedAt,
        ["update_time"] = r => r.UpdatedAt,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/v2.0/repositories", ListAll),
        new("GET", "/api/v2.0/projects/{}/repositories", List),
        new("GET", "/api/v2.0/projects/{}/repositories/{}", call => HarborAnswer.Ok(Write(Find(call, "repository", "read")))),
        new("PUT", "/api/v2.0/projects/{}/repositories/{}", Update, Shape),
        new("DELETE", "/api/v2.0/projects/{}/repositories/{}", Delete),
    ];

    /// <summary>Gives the repository that the path names. A project's part of the path is always a name here.</summary>
    public static HarborRepository Find(HarborCall call, string resource, string action)
    {
        var project = Project(call, resource, action);
        var name = project.Name + "/" + call.Values[1];
        return call.State.Repositories.Find(r => r.Name == name) ?? throw HarborException.NotFound($"repository {name} not found");
    }

    public static HarborProject Project(HarborCall call, string resource, string action)
    {
        var project = call.State.FindProject(call.Values[0]);
        if (!(project is null ? call.Caller.IsAdmin : call.Access.May(project, resource, action)))
        {
            throw call.Caller.IsAuthenticated ? HarborException.Forbidden("forbidden") : HarborException.Unauthorized();
        }

        return project ?? throw HarborException.NotFound($"project {call.Values[0]} not found");
    }

    private static HarborAnswer ListAll(HarborCall call)
    {
        var query = new HarborQuery(call);
        var seen = call.State.Projects.Where(call.Access.Sees).Select(p => p.Id).ToHashSet();
        return query.Answer(call.State.Repositories.Where(r => seen.Contains(r.ProjectId)), Fields, Write, "-creation_time,-repository_id");
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var project = Project(call, "repository", "list");
        HarborDemo.Look(call, project);
        return query.Answer(call.State.Repositories.Where(r => r.ProjectId == project.Id), Fields, Write, "-creation_time,-repository_id");
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var repository = Find(call, "repository", "update");
        (repository.Description, repository.UpdatedAt) = (call.Body.Text("description"), call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var repository = Find(call, "repository", "delete");
        ArtifactRemoval.RemoveAll(call, repository);
        call.Log("delete", "repository", repository.Name, repository.ProjectId);
        return HarborAnswer.Ok();
    }

    private static JsonObject Write(HarborRepository repository)
    {
        var wire = new JsonObject
        {
            ["artifact_count"] = repository.Artifacts.Count,
            ["creation_time"] = HarborAnswer.Time(repository.CreatedAt),
            ["id"] = repository.Id,
            ["name"] = repository.Name,
            ["project_id"] = repository.ProjectId,
            ["pull_count"] = repository.PullCount,
            ["update_time"] = HarborAnswer.Time(repository.UpdatedAt),
        };
        if (repository.Description.Length > 0)
        {
            wire["description"] = repository.Description;
        }

        return wire;
    }
}
