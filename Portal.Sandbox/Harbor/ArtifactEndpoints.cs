using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>Artifacts of a repository. Those of a repository that is not there are an empty list.</summary>
internal static partial class ArtifactEndpoints
{
    private const string Base = "/api/v2.0/projects/{}/repositories/{}/artifacts";
    private const string Icon = "sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06";

    private static readonly Dictionary<string, Func<HarborArtifact, object?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = a => a.Id,
        ["digest"] = a => a.Digest,
        ["size"] = a => a.Size,
        ["push_time"] = a => a.PushedAt,
        ["pull_time"] = a => a.PulledAt ?? default,
    };

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", Base, List),
        new("POST", Base, ArtifactCopy.Copy),
        new("GET", Base + "/{}", Get),
        new("DELETE", Base + "/{}", Delete),
        new("GET", Base + "/{}/additions/build_history", BuildHistory),
        .. HarborScans.Routes,
        new("GET", "/api/v2.0/search", Search),
    ];

    /// <summary>Gives the artifact that the path names by tag or digest.</summary>
    public static (HarborRepository Repository, HarborArtifact Artifact) Find(HarborCall call, string resource, string action)
    {
        var project = RepositoryEndpoints.Project(call, resource, action);
        var name = project.Name + "/" + call.Values[1];
        var repository = call.State.Repositories.Find(r => r.Name == name);
        var artifact = repository?.Artifacts.Find(a => a.Digest == call.Values[2] || a.Tags.Exists(t => t.Name == call.Values[2]));
        return artifact is null ? throw HarborException.NotFound($"artifact {name}:{call.Values[2]} not found") : (repository!, artifact);
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        var project = RepositoryEndpoints.Project(call, "artifact", "list");
        var repository = call.State.Repositories.Find(r => r.Name == project.Name + "/" + call.Values[1]);
        IEnumerable<HarborArtifact> artifacts = repository is null ? [] : Standing(call.State, repository);
        if (query.Filter("tags") is { } tag)
        {
            artifacts = artifacts.Where(a => tag switch
            {
                "*" => a.Tags.Count > 0,
                "nil" => a.Tags.Count == 0,
                _ when tag[0] == '~' => a.Tags.Exists(t => t.Name.Contains(tag[1..], StringComparison.OrdinalIgnoreCase)),
                _ => a.Tags.Exists(t => t.Name == tag),
            });
        }

        return query.Answer(artifacts, Fields, a => Write(call, repository!, a), "-push_time,-id");
    }

    private static HarborAnswer Get(HarborCall call)
    {
        var (repository, artifact) = Find(call, "artifact", "read");
        return HarborAnswer.Ok(Write(call, repository, artifact));
    }

    /// <summary>Deletes the artifact with all its tags.</summary>
    private static HarborAnswer Delete(HarborCall call)
    {
        var (repository, artifact) = Find(call, "artifact", "delete");
        TagEndpoints.CheckImmutable(call.State, repository, artifact.Tags);
        ArtifactRemoval.Remove(call, repository, artifact);
        call.Log("delete", "artifact", $"{repository.Name}:{artifact.Digest}", repository.ProjectId);
        return HarborAnswer.Ok();
    }

    private static HarborAnswer BuildHistory(HarborCall call)
    {
        var (_, artifact) = Find(call, "artifact-addition", "read");
        var history = HarborImageStore.ConfigOf(call.State, artifact)?["history"]?.DeepClone() ?? new JsonArray();
        return HarborAnswer.Ok(history) with { ContentType = "application/json; charset=utf-8" };
    }

    private static JsonObject Write(HarborCall call, HarborRepository repository, HarborArtifact artifact)
    {
        var manifest = JsonNode.Parse(HarborImageStore.ManifestOf(call.State, artifact)) as JsonObject ?? [];
        var mediaType = HarborImageStore.MediaTypeOf(artifact, manifest);
        var configType = (manifest["config"] as JsonObject)?.Text("mediaType") ?? mediaType;
        var withTags = call.QueryFlag("with_tag", otherwise: true) && artifact.Tags.Count > 0;
        var wire = new JsonObject
        {
            ["accessories"] = null,
            ["addition_links"] = Links(call, repository, artifact),
            ["annotations"] = manifest["annotations"]?.DeepClone(),
            ["digest"] = artifact.Digest,
            ["extra_attrs"] = Extra(HarborImageStore.ConfigOf(call.State, artifact)),
            ["icon"] = Icon,
            ["id"] = artifact.Id,
            ["labels"] = call.QueryFlag("with_label") && artifact.Labels.Count > 0 ? RuleEndpoints.Labels(call, artifact.Labels) : null,
            ["manifest_media_type"] = mediaType,
            ["media_type"] = configType,
            ["project_id"] = repository.ProjectId,
            ["pull_time"] = artifact.PulledAt is { } pulled ? HarborAnswer.Time(pulled) : HarborAnswer.Never,
            ["push_time"] = HarborAnswer.Time(artifact.PushedAt),
            ["references"] = HarborReferences.Of(repository, artifact, manifest),
            ["repository_id"] = repository.Id,
            ["size"] = artifact.Size,
            ["tags"] = withTags ? new JsonArray([.. artifact.Tags.Select(t => TagEndpoints.Write(call.State, repository, artifact, t))]) : null,
            ["type"] = TypeOf(configType),
        };
        if (wire["annotations"] is null)
        {
            wire.Remove("annotations");
        }

        if (call.QueryFlag("with_scan_overview") && HarborScans.Overview(artifact, call.Now) is { } scan)
        {
            wire["scan_overview"] = scan;
        }

        return wire;
    }

    /// <summary>Gives Harbor's word for an artifact: images and indexes are IMAGE, others are called by their configuration's type.</summary>
    private static string TypeOf(string mediaType) => mediaType switch
    {
        "application/vnd.cncf.helm.config.v1+json" => "CHART",
        _ when mediaType.StartsWith("application/vnd.oci.image.", StringComparison.Ordinal) || mediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal) => "IMAGE",
        _ when OwnType().Match(mediaType) is { Success: true } match => match.Groups[1].Value.ToUpperInvariant(),
        _ => "UNKNOWN",
    };

    /// <summary>Lists tell what stands for itself: what an index lists is seen through it, unless it has a tag of its own.</summary>
    public static IEnumerable<HarborArtifact> Standing(HarborState state, HarborRepository repository)
    {
        var listed = repository.Artifacts.SelectMany(a => HarborReferences.Children(state, a)).ToHashSet(StringComparer.Ordinal);
        return repository.Artifacts.Where(a => a.Tags.Count > 0 || !listed.Contains(a.Digest));
    }

    private static JsonObject Links(HarborCall call, HarborRepository repository, HarborArtifact artifact)
    {
        var slash = repository.Name.IndexOf('/', StringComparison.Ordinal);
        var name = Uri.EscapeDataString(Uri.EscapeDataString(repository.Name[(slash + 1)..]));
        var links = new JsonObject();
        foreach (var addition in call.State.DefaultScanner() is not null ? new[] { "build_history", "vulnerabilities" } : ["build_history"])
        {
            var href = $"/api/v2.0/projects/{repository.Name[..slash]}/repositories/{name}/artifacts/{artifact.Digest}/additions/{addition}";
            links[addition] = new JsonObject { ["absolute"] = false, ["href"] = href };
        }

        return links;
    }

    private static JsonObject Extra(JsonObject? config)
    {
        var extra = new JsonObject();
        foreach (var name in new[] { "architecture", "author", "config", "created", "os" })
        {
            if (config?[name] is { } value)
            {
                extra[name] = value.DeepClone();
            }
        }

        return extra;
    }

    /// <summary>Finds projects and repositories by a part of their names; owners and allow lists are not told.</summary>
    private static HarborAnswer Search(HarborCall call)
    {
        var part = call.Query("q") ?? "";
        var projects = call.State.Projects.Where(call.Access.Sees).ToList();
        var found = projects.Where(p => p.Name.Contains(part, StringComparison.Ordinal)).OrderBy(p => p.Name, StringComparer.Ordinal).Select(p =>
        {
            var wire = ProjectEndpoints.Write(call, p);
            wire.Remove("owner_name");
            wire["cve_allowlist"] = new JsonObject { ["creation_time"] = HarborAnswer.Never, ["items"] = null, ["update_time"] = HarborAnswer.Never };
            return wire;
        });
        var repositories = call.State.Repositories.Where(r => r.Name.Contains(part, StringComparison.Ordinal) && projects.Exists(p => p.Id == r.ProjectId)).OrderByDescending(r => r.Id).Select(r =>
        {
            var wire = new JsonObject { ["project_id"] = r.ProjectId, ["project_name"] = r.Name.Split('/')[0], ["repository_name"] = r.Name };
            if (r.Artifacts.Count > 0)
            {
                wire["artifact_count"] = r.Artifacts.Count;
            }

            if (r.PullCount > 0)
            {
                wire["pull_count"] = r.PullCount;
            }

            return wire;
        });
        return HarborAnswer.Ok(new JsonObject { ["project"] = new JsonArray([.. found]), ["repository"] = new JsonArray([.. repositories]) });
    }

    [GeneratedRegex(@"^application/vnd\.[^.]*\.([^.]*)\.config\.[^.]*\+json$")]
    private static partial Regex OwnType();
}
