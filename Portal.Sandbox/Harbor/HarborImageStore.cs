using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Puts images into repositories and takes them out, and counts their bytes.</summary>
internal static class HarborImageStore
{
    private const int KeptContent = 1 << 16;

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps a blob and counts it for a project; says whether it was new there.</summary>
    /// <exception cref="HarborException">The project's quota would be exceeded.</exception>
    public static bool AddBlob(HarborServer server, HarborProject project, string digest, long size, byte[]? content)
    {
        var state = server.State;
        var own = state.ProjectBlobs.TryGetValue(project.Id, out var known) ? known : state.ProjectBlobs[project.Id] = [];
        if (own.Contains(digest))
        {
            return false;
        }

        CheckQuota(server, project, size);
        state.Blobs.TryAdd(digest, new HarborBlob { Size = size, Content = content is { Length: <= KeptContent } ? content : null });
        own.Add(digest);
        return true;
    }

    /// <summary>Undoes <see cref="AddBlob"/> for a blob that did not come after all.</summary>
    public static void TakeBack(HarborState state, HarborProject project, string digest)
    {
        state.ProjectBlobs.GetValueOrDefault(project.Id)?.Remove(digest);
        if (state.Blobs.TryGetValue(digest, out var blob) && !blob.InRegistry && !state.ProjectBlobs.Values.Any(b => b.Contains(digest)))
        {
            state.Blobs.Remove(digest);
        }
    }

    /// <summary>Refuses to begin an upload where more is used already than may be.</summary>
    /// <exception cref="HarborException">The project's quota is exceeded.</exception>
    public static void CheckNotFull(HarborServer server, HarborProject project) => CheckQuota(server, project, 0);

    private static void CheckQuota(HarborServer server, HarborProject project, long size)
    {
        var limit = server.State.Quotas.Find(q => q.ProjectId == project.Id)!.Hard;
        var used = server.StorageUsed(project.Id);
        if (limit >= 0 && used + size > limit)
        {
            var what = $"{(size > 0 ? "adding" : "subtracting")} {Amount(size)} of storage resource, which when updated to current usage of {Amount(used)} will exceed the configured upper limit of {Amount(limit)}.";
            throw new HarborException(403, "DENIED", what);
        }
    }

    /// <summary>Puts a manifest into a repository, which is made when it is new; gives its digest.</summary>
    public static string Put(HarborServer server, HarborProject project, string repositoryName, string reference, byte[] manifest, DateTimeOffset now, string? mediaType = null)
    {
        var state = server.State;
        var digest = DigestOf(manifest);
        var body = JsonNode.Parse(manifest)!.AsObject();
        AddBlob(server, project, digest, manifest.Length, manifest);
        var repository = state.Repositories.Find(r => r.Name == repositoryName);
        if (repository is null)
        {
            repository = new HarborRepository { Id = state.Next("repository"), ProjectId = project.Id, Name = repositoryName, CreatedAt = now, UpdatedAt = now };
            state.Repositories.Add(repository);
        }

        var artifact = repository.Artifacts.Find(a => a.Digest == digest);
        if (artifact is null)
        {
            var blobs = References(body).Select(r => r.Digest).Prepend(digest).Distinct().ToList();
            artifact = new HarborArtifact { Id = state.Next("artifact"), Digest = digest, MediaType = mediaType ?? "", Blobs = blobs, PushedAt = now };
            artifact.Size = manifest.Length + PartsSize(repository, body);
            repository.Artifacts.Add(artifact);
            repository.UpdatedAt = now > repository.UpdatedAt ? now : repository.UpdatedAt;
        }

        if (!reference.StartsWith("sha256:", StringComparison.Ordinal))
        {
            Tag(state, repository, artifact, reference, now);
        }

        return digest;
    }

    /// <summary>Gives the media type of a manifest: its own word, else what it was pushed as.</summary>
    public static string MediaTypeOf(HarborArtifact artifact, JsonObject? manifest) =>
        manifest.Text("mediaType") is { Length: > 0 } own ? own : artifact.MediaType;

    /// <summary>Configuration and layers weigh what the manifest says; what an index lists weighs what it weighs as an artifact.</summary>
    private static long PartsSize(HarborRepository repository, JsonObject manifest) => manifest["manifests"] is JsonArray
        ? References(manifest).Sum(r => repository.Artifacts.Find(a => a.Digest == r.Digest)?.Size ?? 0)
        : References(manifest).Sum(r => r.Size);

    public static void Tag(HarborState state, HarborRepository repository, HarborArtifact artifact, string name, DateTimeOffset now)
    {
        if (artifact.Tags.Exists(t => t.Name == name))
        {
            return;
        }

        foreach (var other in repository.Artifacts)
        {
            other.Tags.RemoveAll(t => t.Name == name);
        }

        artifact.Tags.Add(new HarborTag { Id = state.Next("tag"), Name = name, PushedAt = now });
    }

    /// <summary>Takes an artifact out; what no other image of the project needs does not count for it any more.</summary>
    public static void Remove(HarborState state, HarborRepository repository, HarborArtifact artifact)
    {
        repository.Artifacts.Remove(artifact);
        var needed = state.Repositories.Where(r => r.ProjectId == repository.ProjectId).SelectMany(r => r.Artifacts).SelectMany(a => a.Blobs).ToHashSet(StringComparer.Ordinal);
        state.ProjectBlobs[repository.ProjectId].ExceptWith(artifact.Blobs.Where(b => !needed.Contains(b)));
    }

    /// <summary>Gives what a manifest refers to: configuration and layers, or the manifests of an index.</summary>
    public static IReadOnlyList<(string Digest, long Size)> References(JsonObject manifest) =>
        [.. new[] { manifest["config"] }.Concat(manifest["layers"] as JsonArray ?? []).Concat(manifest["manifests"] as JsonArray ?? [])
            .OfType<JsonObject>().Select(o => (o.Text("digest"), o.Number("size") ?? 0))];

    /// <summary>Gives the manifest's bytes.</summary>
    public static byte[] ManifestOf(HarborState state, HarborArtifact artifact) => state.Blobs[artifact.Digest].Content ?? [];

    /// <summary>Gives the configuration's JSON, or null when it is not known.</summary>
    public static JsonObject? ConfigOf(HarborState state, HarborArtifact artifact)
    {
        var manifest = JsonNode.Parse(ManifestOf(state, artifact)) as JsonObject;
        var digest = (manifest?["config"] as JsonObject).Text("digest");
        return state.Blobs.TryGetValue(digest, out var blob) && blob.Content is { } content ? JsonNode.Parse(Encoding.UTF8.GetString(content)) as JsonObject : null;
    }

    public static string Amount(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        return unit == 0 ? $"{bytes} B" : value.ToString("0.0", CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
