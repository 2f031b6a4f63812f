using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>A project's metadata, one by one.</summary>
internal static class MetadataEndpoints
{
    private static readonly HarborShape Shape = new("metadata");

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/v2.0/projects/{}/metadatas", call => HarborAnswer.Ok(ProjectEndpoints.WriteMetadata(Project(call, "list")))),
        new("POST", "/api/v2.0/projects/{}/metadatas", Add, Shape),
        new("GET", "/api/v2.0/projects/{}/metadatas/{}", Get),
        new("PUT", "/api/v2.0/projects/{}/metadatas/{}", Update, Shape),
        new("DELETE", "/api/v2.0/projects/{}/metadatas/{}", Delete),
    ];

    private static HarborProject Project(HarborCall call, string action) => call.Access.RequireProject(call.Values[0], "metadata", action);

    private static HarborAnswer Add(HarborCall call)
    {
        var project = Project(call, "create");
        var (key, value) = Only(call);
        if (!project.Metadata.TryAdd(key, value))
        {
            throw HarborException.Conflict($"metadata {key} already exists for project {project.Id}");
        }

        return HarborAnswer.Ok();
    }

    private static HarborAnswer Get(HarborCall call)
    {
        var project = Project(call, "read");
        return HarborAnswer.Ok(new JsonObject { [call.Values[1]] = Existing(project, call.Values[1]) });
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var project = Project(call, "update");
        var (key, value) = Only(call);
        if (key != call.Values[1])
        {
            throw HarborException.BadRequest($"must contain only one key/value pair with the key {call.Values[1]}");
        }

        Existing(project, key);
        project.Metadata[key] = value;
        return HarborAnswer.Ok();
    }

    private static HarborAnswer Delete(HarborCall call)
    {
        var project = Project(call, "delete");
        project.Metadata.Remove(call.Values[1]);
        return HarborAnswer.Ok();
    }

    private static string Existing(HarborProject project, string key) =>
        project.Metadata.TryGetValue(key, out var value) ? value : throw HarborException.NotFound($"metadata {key} not found for project {project.Id}");

    private static (string Key, string Value) Only(HarborCall call)
    {
        if (call.Body!.Count != 1)
        {
            throw HarborException.BadRequest("only allow one key/value pair");
        }

        var (key, value) = call.Body.First();
        return (key, ProjectEndpoints.CheckMetadata(key, value?.ToString() ?? ""));
    }
}
