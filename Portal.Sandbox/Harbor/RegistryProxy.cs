using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Harbor;

/// <summary>
/// Manifests and blobs with a real registry behind them: rights, quota and policies are Harbor's, the bytes are the registry's and
/// are streamed through. What a world or the demo declared is not there and is answered as without one.
/// </summary>
internal sealed partial class RegistryProxy(HarborServer server, RealRegistry registry)
{
    /// <summary>How far the uploads are, by their id; the last request of an upload does not say how large the whole is.</summary>
    private readonly ConcurrentDictionary<string, long> uploads = new(StringComparer.Ordinal);

    public static bool Takes(string path) => Path().IsMatch(path);

    /// <summary>Gives the repository that a path of the registry is about, or an empty text.</summary>
    public static string Repository(string path) => Path().Match(path).Groups[1].Value;

    /// <summary>Answers, or gives null when the registry's answer has been sent.</summary>
    public async Task<HarborAnswer?> AnswerAsync(HttpContext http, HarborCall call)
    {
        var match = Path().Match(call.Path);
        var (name, kind, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        try
        {
            return (kind, call.Method) switch
            {
                ("manifests", "GET" or "HEAD") => await GetManifestAsync(http, call, name, rest),
                ("manifests", "PUT") => await PutManifestAsync(http, call, name, rest),
                ("manifests", "DELETE") => await DeleteManifestAsync(http, call),
                ("blobs", _) when rest == "uploads" || rest.StartsWith("uploads/", StringComparison.Ordinal) => await UploadAsync(http, call, name, rest),
                ("blobs", "GET" or "HEAD") => await GetBlobAsync(http, call, name, rest),
                _ => throw new HarborException(405, "UNSUPPORTED", "The operation is unsupported."),
            };
        }
        catch (HttpRequestException) when (!http.Response.HasStarted)
        {
            // What the core's own proxy answers when nobody listens behind it.
            return new HarborAnswer(502);
        }
    }

    private async Task<HarborAnswer?> GetManifestAsync(HttpContext http, HarborCall call, string name, string reference)
    {
        (HarborRepository Repository, HarborArtifact Artifact) found;
        lock (server.Gate)
        {
            var project = RegistryGuard.Check(call, name, "manifests");
            found = RegistryGuard.Find(call, name, reference);
            RegistryGuard.CheckFindings(project, found.Artifact);
            if (!IsReal(found.Artifact.Digest))
            {
                return server.Registry.Answer(call);
            }
        }

        using var response = await registry.ForwardAsync(http.Request, $"v2/{name}/manifests/{found.Artifact.Digest}", null, http.RequestAborted);
        if (response.IsSuccessStatusCode && HttpMethods.IsGet(call.Method))
        {
            lock (server.Gate)
            {
                RegistryGuard.CountPull(call, found.Repository, found.Artifact, reference);
            }
        }

        return await SendAsync(http, response);
    }

    private async Task<HarborAnswer?> GetBlobAsync(HttpContext http, HarborCall call, string name, string digest)
    {
        lock (server.Gate)
        {
            var project = RegistryGuard.Check(call, name, "blobs");
            if (!IsReal(digest) || call.State.ProjectBlobs.GetValueOrDefault(project.Id)?.Contains(digest) != true)
            {
                return server.Registry.Answer(call);
            }
        }

        using var response = await registry.ForwardAsync(http.Request, $"v2/{name}/blobs/{digest}", null, http.RequestAborted);
        return await SendAsync(http, response);
    }

    private async Task<HarborAnswer?> UploadAsync(HttpContext http, HarborCall call, string name, string rest)
    {
        var id = rest.Length > "uploads/".Length ? rest["uploads/".Length..] : "";
        var added = false;
        var (digest, size) = (call.Query("digest") ?? call.Query("mount") ?? "", 0L);
        HarborProject project;
        lock (server.Gate)
        {
            project = RegistryGuard.Check(call, name, "uploads");
            if (call.Method == "POST")
            {
                HarborImageStore.CheckNotFull(server, project);
                size = MountedSize(call, digest);
            }
            else if (call.Method == "PUT")
            {
                size = uploads.GetValueOrDefault(id) + (http.Request.ContentLength ?? 0);
            }

            added = digest.Length > 0 && HarborImageStore.AddBlob(server, project, digest, size, null);
        }

        var done = false;
        try
        {
            using var response = await registry.ForwardAsync(http.Request, $"v2/{name}/blobs/{(id.Length > 0 ? rest : "uploads/")}{http.Request.QueryString}", null, http.RequestAborted);
            done = (int)response.StatusCode == 201;
            Note(id, response, ended: call.Method is "PUT" or "DELETE");
            return await SendAsync(http, response);
        }
        finally
        {
            Settle(project, digest, added, done);
        }
    }

    /// <summary>Gives the size of a blob that is mounted from another repository, which the caller must be allowed to pull.</summary>
    private static long MountedSize(HarborCall call, string digest)
    {
        if (call.Query("mount") is null || call.Query("from") is not { Length: > 0 } from)
        {
            return 0;
        }

        RegistryGuard.Require(call, from, "pull");
        return call.State.Blobs.TryGetValue(digest, out var blob) ? blob.Size : 0;
    }

    private void Note(string id, HttpResponseMessage response, bool ended)
    {
        if (ended)
        {
            uploads.TryRemove(id, out _);
        }
        else if (response.Headers.TryGetValues("Range", out var range) && long.TryParse(range.First().Split('-')[^1], out var last) && id.Length > 0)
        {
            uploads[id] = last + 1;
        }
    }

    /// <summary>A blob that has come is the registry's; one that has not does not count.</summary>
    private void Settle(HarborProject project, string digest, bool added, bool done)
    {
        lock (server.Gate)
        {
            if (done && server.State.Blobs.TryGetValue(digest, out var blob))
            {
                blob.InRegistry = true;
            }
            else if (added)
            {
                HarborImageStore.TakeBack(server.State, project, digest);
            }
        }
    }

    private async Task<HarborAnswer?> PutManifestAsync(HttpContext http, HarborCall call, string name, string reference)
    {
        lock (server.Gate)
        {
            RegistryGuard.Check(call, name, "manifests");
        }

        var bytes = await RegistryManifest.ReadAsync(http);
        var manifest = RegistryManifest.Parse(bytes);
        var digest = HarborImageStore.DigestOf(bytes);
        HarborProject project;
        bool added;
        lock (server.Gate)
        {
            project = RegistryGuard.Check(call, name, "manifests");
            RegistryManifest.CheckParts(call, name, manifest);
            TagEndpoints.CheckPush(call.State, name, reference);
            added = HarborImageStore.AddBlob(server, project, digest, bytes.Length, bytes);
        }

        var done = false;
        try
        {
            using var response = await registry.ForwardAsync(http.Request, $"v2/{name}/manifests/{reference}", bytes, http.RequestAborted);
            if ((int)response.StatusCode == 201)
            {
                var configuration = (manifest["config"] as JsonObject).Text("digest") is { Length: > 0 } config ? await registry.ConfigurationAsync(name, config, http.RequestAborted) : null;
                Keep(call, project, name, reference, manifest, bytes, configuration, http.Request.ContentType);
                done = true;
            }

            return await SendAsync(http, response);
        }
        finally
        {
            Settle(project, digest, added, done);
        }
    }

    /// <summary>Knows from now on what the registry has taken.</summary>
    private void Keep(HarborCall call, HarborProject project, string name, string reference, JsonObject manifest, byte[] bytes, byte[]? configuration, string? mediaType)
    {
        lock (server.Gate)
        {
            HarborImageStore.Put(server, project, name, reference, bytes, call.Now, mediaType);
            call.State.Blobs[HarborImageStore.DigestOf(bytes)].Content = bytes;
            if (configuration is not null && call.State.Blobs.TryGetValue((manifest["config"] as JsonObject).Text("digest"), out var blob))
            {
                blob.Content = configuration;
            }

            call.Log("create", "artifact", $"{name}:{reference}", project.Id);
            HarborEvents.Pushed(call, name, HarborImageStore.DigestOf(bytes), reference);
        }
    }

    private async Task<HarborAnswer?> DeleteManifestAsync(HttpContext http, HarborCall call)
    {
        HarborAnswer answer;
        lock (server.Gate)
        {
            answer = server.Registry.Answer(call);
        }

        await server.AfterwardsAsync(call, http.RequestAborted);
        return answer;
    }

    private bool IsReal(string digest) => server.State.Blobs.TryGetValue(digest, out var blob) && blob.InRegistry;

    /// <summary>Sends the registry's answer on; its addresses are Harbor's, with the query that the upload needs.</summary>
    private async Task<HarborAnswer?> SendAsync(HttpContext http, HttpResponseMessage response)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Date" or "Server" or "Location"))
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }

        if (response.Headers.Location is { } location)
        {
            http.Response.Headers.Location = server.ExternalUrl() + new Uri(registry.Address, location).PathAndQuery;
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            try
            {
                await response.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The registry died in the middle: half a blob must not look like a whole one.
                http.Abort();
            }
        }

        return null;
    }

    [GeneratedRegex("^/v2/(.+)/(manifests|blobs)/(.+?)/?$")]
    private static partial Regex Path();
}
