using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>The registry below <c>/v2/</c>: manifests, blobs, uploads, tags, with Harbor's guard before it.</summary>
internal sealed partial class RegistryEndpoints(HarborServer server)
{
    private const string Registry = RegistryGuard.Version;
    private readonly ConcurrentDictionary<string, MemoryStream> uploads = new(StringComparer.Ordinal);

    public HarborAnswer Answer(HarborCall call)
    {
        if (call.Path.TrimEnd('/') == "/v2")
        {
            return call.Caller.IsAuthenticated || call.Caller.Grants is not null ? Json(new JsonObject(), Registry) : throw RegistryGuard.Refused(call, "unauthorized", null);
        }

        if (call.Path == "/v2/_catalog")
        {
            return call.Caller.IsAdmin
                ? Json(new JsonObject { ["repositories"] = Names(call.State.Repositories.Where(r => r.Artifacts.Count > 0).Select(r => r.Name)) })
                : throw RegistryGuard.Refused(call, "unauthorized to list catalog", null);
        }

        if (Path().Match(call.Path) is not { Success: true } match)
        {
            throw HarborException.NotFound($"path {call.Path} was not found");
        }

        var (name, kind, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var project = RegistryGuard.Check(call, name, kind);
        return (kind, call.Method) switch
        {
            ("tags", "GET") => Tags(call, name),
            ("manifests", "GET" or "HEAD") => GetManifest(call, project, name, rest),
            ("manifests", "PUT") => PutManifest(call, project, name, rest),
            ("manifests", "DELETE") => DeleteManifest(call, name, rest),
            ("blobs", "POST") => StartUpload(project, name),
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

    private static HarborAnswer Tags(HarborCall call, string name)
    {
        var repository = call.State.Repositories.Find(r => r.Name == name) ?? throw HarborException.NotFound($"repository {name} not found");
        return Json(new JsonObject { ["name"] = name, ["tags"] = Names(repository.Artifacts.SelectMany(a => a.Tags).Select(t => t.Name)) });
    }

    private static HarborAnswer GetManifest(HarborCall call, HarborProject project, string name, string reference)
    {
        var (repository, artifact) = RegistryGuard.Find(call, name, reference);
        RegistryGuard.CheckFindings(project, artifact);
        if (call.Method == "GET")
        {
            RegistryGuard.CountPull(call, repository, artifact, reference);
        }

        var bytes = HarborImageStore.ManifestOf(call.State, artifact);
        var type = HarborImageStore.MediaTypeOf(artifact, JsonNode.Parse(bytes) as JsonObject);
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

        TagEndpoints.CheckPush(call.State, name, reference);
        var made = HarborImageStore.Put(server, project, name, reference, call.Bytes, call.Now, call.Header("Content-Type"));
        call.Log("create", "artifact", $"{name}:{reference}", project.Id);
        HarborEvents.Pushed(call, name, made, reference);
        return Done(201, $"/v2/{name}/manifests/{made}", made);
    }

    private static HarborAnswer DeleteManifest(HarborCall call, string name, string reference)
    {
        var (repository, artifact) = RegistryGuard.Find(call, name, reference);
        TagEndpoints.CheckImmutable(call.State, repository, artifact.Tags);
        ArtifactRemoval.Remove(call, repository, artifact);
        return new HarborAnswer(202);
    }

    private HarborAnswer StartUpload(HarborProject project, string name)
    {
        HarborImageStore.CheckNotFull(server, project);
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
