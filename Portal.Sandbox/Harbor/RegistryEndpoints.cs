using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>The registry below <c>/v2/</c>: manifests, blobs, uploads, tags, with Harbor's guard before it.</summary>
internal sealed partial class RegistryEndpoints(HarborServer server)
{
    private const string Registry = "registry/2.0";
    private readonly ConcurrentDictionary<string, MemoryStream> uploads = new(StringComparer.Ordinal);

    public HarborAnswer Answer(HarborCall call)
    {
        if (call.Path.TrimEnd('/') == "/v2")
        {
            return call.Caller.IsAuthenticated || call.Caller.Grants is not null ? Json(new JsonObject(), Registry) : throw Refused(call, "unauthorized", null);
        }

        if (call.Path == "/v2/_catalog")
        {
            return call.Caller.IsAdmin
                ? Json(new JsonObject { ["repositories"] = Names(call.State.Repositories.Where(r => r.Artifacts.Count > 0).Select(r => r.Name)) })
                : throw Refused(call, "unauthorized to list catalog", null);
        }

        if (Path().Match(call.Path) is not { Success: true } match)
        {
            throw HarborException.NotFound($"path {call.Path} was not found");
        }

        var (name, kind, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var project = Guard(call, name, kind);
        return (kind, call.Method) switch
        {
            ("tags", "GET") => Tags(call, name),
            ("manifests", "GET" or "HEAD") => GetManifest(call, project, name, rest),
            ("manifests", "PUT") => PutManifest(call, project, name, rest),
            ("manifests", "DELETE") => DeleteManifest(call, name, rest),
            ("blobs", "POST") => StartUpload(name),
            ("blobs", "PATCH" or "PUT") when rest.StartsWith("uploads/", StringComparison.Ordinal) => Upload(call, project, name, rest[8..]),
            ("blobs", "GET" or "HEAD") => GetBlob(call, project, rest),
            _ => throw new HarborException(405, "UNSUPPORTED", "The operation is unsupported."),
        };
    }

    private static HarborAnswer Json(JsonObject body, string? version = null)
    {
        var answer = HarborAnswer.Ok(body) with { ContentType = "application/json; charset=utf-8" };
        if (version is not null)
        {
            answer.Headers["Docker-Distribution-Api-Version"] = version;
        }

        return answer;
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]);

    /// <summary>Lets pass who may pull, push or delete there; a missing project looks like one without rights.</summary>
    private HarborProject Guard(HarborCall call, string name, string kind)
    {
        var action = call.Method switch { "GET" or "HEAD" => "pull", "DELETE" => "delete", _ => "push" };
        var scope = $"repository:{name}:{(action == "push" ? "pull,push" : action)}";
        var project = call.State.FindProject(name.Split('/')[0]);
        if (call.Header("Authorization") is null && kind == "manifests" && action == "pull")
        {
            throw Refused(call, "authorize header needed to send HEAD to repository", scope);
        }

        var may = project is not null && (call.Caller.Grants?.Contains(name + ":" + action) ?? call.Access.May(project, "repository", action));
        return may ? project! : throw Refused(call, $"unauthorized to access repository: {name}, action: {action}", scope);
    }

    private HarborException Refused(HarborCall call, string message, string? scope)
    {
        var basic = call.Header("Authorization")?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) == true;
        var refusal = new HarborException(401, "UNAUTHORIZED", $"{message}: {message}");
        refusal.Headers["Docker-Distribution-Api-Version"] = Registry;
        refusal.Headers["Www-Authenticate"] = basic
            ? "Basic realm=\"harbor\""
            : $"Bearer realm=\"{server.ExternalUrl()}/service/token\",service=\"harbor-registry\"{(scope is null ? "" : $",scope=\"{scope}\"")}";
        return refusal;
    }

    private static HarborAnswer Tags(HarborCall call, string name)
    {
        var repository = call.State.Repositories.Find(r => r.Name == name) ?? throw HarborException.NotFound($"repository {name} not found");
        return Json(new JsonObject { ["name"] = name, ["tags"] = Names(repository.Artifacts.SelectMany(a => a.Tags).Select(t => t.Name)) });
    }

    private static (HarborRepository Repository, HarborArtifact Artifact) Find(HarborCall call, string name, string reference)
    {
        var repository = call.State.Repositories.Find(r => r.Name == name);
        var artifact = repository?.Artifacts.Find(a => a.Digest == reference || a.Tags.Exists(t => t.Name == reference));
        return artifact is null ? throw HarborException.NotFound($"artifact {name}:{reference} not found") : (repository!, artifact);
    }

    private static HarborAnswer GetManifest(HarborCall call, HarborProject project, string name, string reference)
    {
        var (repository, artifact) = Find(call, name, reference);
        CheckFindings(project, artifact);
        if (call.Method == "GET")
        {
            repository.PullCount++;
            artifact.PulledAt = call.Now;
        }

        var bytes = HarborImageStore.ManifestOf(call.State, artifact);
        var type = (JsonNode.Parse(bytes) as JsonObject).Text("mediaType");
        return new HarborAnswer(200)
        {
            Raw = (type, bytes),
            Headers =
            {
                ["Docker-Content-Digest"] = artifact.Digest,
                ["Docker-Distribution-Api-Version"] = Registry,
                ["Etag"] = $"\"{artifact.Digest}\"",
            },
        };
    }

    /// <summary>Keeps back what was found wanting, and what nobody has looked at, where the project says so.</summary>
    private static void CheckFindings(HarborProject project, HarborArtifact artifact)
    {
        if (project.Metadata.GetValueOrDefault("prevent_vul") != "true")
        {
            return;
        }

        string[] severities = ["none", "low", "medium", "high", "critical"];
        var limit = project.Metadata.GetValueOrDefault("severity", "low");
        var policy = $"'Prevent images with vulnerability severity of \"{char.ToUpperInvariant(limit[0])}{limit[1..]}\" or higher from running.'";
        if (artifact.Findings is null)
        {
            throw new HarborException(412, "PROJECTPOLICYVIOLATION", $"current image without vulnerability scanning cannot be pulled due to configured policy in {policy} To continue with pull, please contact your project administrator for help.");
        }

        if (artifact.Findings.Keys.Any(s => Array.IndexOf(severities, s.ToLowerInvariant()) >= Array.IndexOf(severities, limit)))
        {
            throw new HarborException(412, "PROJECTPOLICYVIOLATION", $"current image with {artifact.Findings.Values.Sum()} vulnerabilities cannot be pulled due to configured policy in {policy} To continue with pull, please contact your project administrator to exempt matched vulnerabilities through configuring the CVE allowlist.");
        }
    }

    private HarborAnswer PutManifest(HarborCall call, HarborProject project, string name, string reference)
    {
        var own = call.State.ProjectBlobs.GetValueOrDefault(project.Id) ?? [];
        if (JsonNode.Parse(call.Bytes) is not JsonObject manifest)
        {
            throw new HarborException(400, "MANIFEST_INVALID", "manifest invalid");
        }

        foreach (var (digest, _) in HarborImageStore.References(manifest))
        {
            if (!own.Contains(digest))
            {
                throw new HarborException(404, "MANIFEST_BLOB_UNKNOWN", $"blob unknown to registry: {digest}");
            }
        }

        var made = HarborImageStore.Put(server, project, name, reference, call.Bytes, call.Now);
        call.Log("create", "artifact", $"{name}:{reference}", project.Id);
        return Done(201, $"/v2/{name}/manifests/{made}", made);
    }

    private static HarborAnswer DeleteManifest(HarborCall call, string name, string reference)
    {
        var (repository, artifact) = Find(call, name, reference);
        TagEndpoints.CheckImmutable(call.State, repository, artifact.Tags);
        HarborImageStore.Remove(call.State, repository, artifact);
        return new HarborAnswer(202);
    }

    private HarborAnswer StartUpload(string name)
    {
        var id = Guid.NewGuid().ToString();
        uploads[id] = new MemoryStream();
        return Going(name, id, 0);
    }

    private HarborAnswer Upload(HarborCall call, HarborProject project, string name, string id)
    {
        if (!uploads.TryGetValue(id, out var upload))
        {
            throw new HarborException(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
        }

        upload.Write(call.Bytes);
        if (call.Method == "PATCH")
        {
            return Going(name, id, upload.Length);
        }

        var bytes = upload.ToArray();
        var digest = call.Query("digest") ?? "";
        if (HarborImageStore.DigestOf(bytes) != digest)
        {
            throw new HarborException(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }

        uploads.TryRemove(id, out _);
        HarborImageStore.AddBlob(server, project, digest, bytes.Length, bytes);
        return Done(201, $"/v2/{name}/blobs/{digest}", digest);
    }

    private HarborAnswer Going(string name, string id, long length)
    {
        var state = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(24));
        return new HarborAnswer(202)
        {
            Headers =
            {
                ["Docker-Distribution-Api-Version"] = Registry,
                ["Docker-Upload-Uuid"] = id,
                ["Location"] = $"{server.ExternalUrl()}/v2/{name}/blobs/uploads/{id}?_state={state}",
                ["Range"] = $"0-{Math.Max(0, length - 1)}",
            },
        };
    }

    private HarborAnswer Done(int status, string location, string digest) => new(status)
    {
        Headers =
        {
            ["Docker-Content-Digest"] = digest,
            ["Docker-Distribution-Api-Version"] = Registry,
            ["Location"] = server.ExternalUrl() + location,
        },
    };

    private static HarborAnswer GetBlob(HarborCall call, HarborProject project, string digest)
    {
        if (call.State.ProjectBlobs.GetValueOrDefault(project.Id)?.Contains(digest) != true)
        {
            throw new HarborException(404, "BLOB_UNKNOWN", "blob unknown to registry");
        }

        return new HarborAnswer(200)
        {
            Raw = ("application/octet-stream", call.State.Blobs[digest].Content ?? []),
            Headers = { ["Docker-Content-Digest"] = digest, ["Docker-Distribution-Api-Version"] = Registry, ["Etag"] = $"\"{digest}\"" },
        };
    }

    [GeneratedRegex("^/v2/(.+)/(manifests|blobs|tags)/(.*)$")]
    private static partial Regex Path();
}
