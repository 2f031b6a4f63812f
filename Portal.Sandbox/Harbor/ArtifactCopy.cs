using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Copies an artifact to another repository: what an index lists first, and with all tags of what was asked for. What is there already is refused.</summary>
internal static class ArtifactCopy
{
    public static HarborAnswer Copy(HarborCall call)
    {
        var project = RepositoryEndpoints.Project(call, "artifact", "create");
        var from = call.Query("from") ?? throw HarborException.Unprocessable("from in query is required");
        var at = from.LastIndexOfAny([':', '@'], from.Contains("@sha256:", StringComparison.Ordinal) ? from.LastIndexOf('@') : from.Length - 1);
        var (name, reference) = at < 0 ? (from, "latest") : (from[..at], from[(at + 1)..]);
        if (call.State.FindProject(name.Split('/')[0]) is { } owner && !call.Access.May(owner, "artifact", "read"))
        {
            throw HarborException.Forbidden("forbidden");
        }

        var repository = call.State.Repositories.Find(r => r.Name == name);
        var source = repository?.Artifacts.Find(a => a.Digest == reference || a.Tags.Exists(t => t.Name == reference))
            ?? throw HarborException.NotFound($"artifact {from} not found");
        var to = project.Name + "/" + call.Values[1];
        if (call.State.Repositories.Find(r => r.Name == to) is { } there)
        {
            if (there.Artifacts.Exists(a => a.Digest == source.Digest))
            {
                throw HarborException.Conflict($"the artifact {to}@{source.Digest} already exists");
            }

            TagEndpoints.CheckImmutable(call.State, there, there.Artifacts.SelectMany(a => a.Tags).Where(t => source.Tags.Exists(s => s.Name == t.Name)), "updated");
        }

        Copy(call, project, repository!, source, to);
        var copied = call.State.Repositories.Find(r => r.Name == to)!;
        foreach (var tag in source.Tags)
        {
            HarborImageStore.Tag(call.State, copied, copied.Artifacts.Find(a => a.Digest == source.Digest)!, tag.Name, call.Now);
        }

        call.Log("create", "artifact", $"{to}:{source.Tags.FirstOrDefault()?.Name ?? source.Digest}", project.Id);
        HarborEvents.Pushed(call, to, source.Digest, reference);
        return HarborAnswer.Created($"/api/v2.0/projects/{project.Name}/repositories/{Uri.EscapeDataString(Uri.EscapeDataString(call.Values[1]))}/artifacts/{reference}");
    }

    private static void Copy(HarborCall call, HarborProject project, HarborRepository from, HarborArtifact source, string to)
    {
        foreach (var child in HarborReferences.Children(call.State, source).ToList())
        {
            if (from.Artifacts.Find(a => a.Digest == child) is { } part)
            {
                Copy(call, project, from, part, to);
            }
        }

        var manifest = HarborImageStore.ManifestOf(call.State, source);
        foreach (var blob in source.Blobs)
        {
            HarborImageStore.AddBlob(call.Server, project, blob, call.State.Blobs[blob].Size, null);
        }

        HarborImageStore.Put(call.Server, project, to, source.Digest, manifest, call.Now, source.MediaType);
        if (call.State.Blobs[source.Digest].InRegistry)
        {
            var isIndex = (JsonNode.Parse(manifest) as JsonObject)?["manifests"] is not null;
            var mediaType = HarborImageStore.MediaTypeOf(source, JsonNode.Parse(manifest) as JsonObject);
            var blobs = isIndex ? [] : source.Blobs.Where(b => b != source.Digest).ToList();
            call.Afterwards.Add((registry, cancellationToken) => registry.CopyAsync(from.Name, to, mediaType, manifest, blobs, cancellationToken));
        }
    }
}
