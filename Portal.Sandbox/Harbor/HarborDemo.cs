using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>
/// The images of the demo's teams. A team's project does not exist before the portal has made it, so the team "has pushed" by
/// the time its own user first looks: once for each project, whatever is deleted later.
/// </summary>
internal sealed class HarborDemo(HarborServer server, string pusher, DateTimeOffset now)
{
    private const string Index = "application/vnd.oci.image.index.v1+json";
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Fills a project of the demo when a member of it looks for the first time.</summary>
    public static void Look(HarborCall call, HarborProject project)
    {
        var state = call.State;
        if (!state.TeamsPush || call.Caller.User is not { IsAdmin: false } user || state.RoleOf(user, project) == 0 || !state.Filled.Add(project.Id))
        {
            return;
        }

        if (state.ScannerRegistrations.Count == 0)
        {
            ScannerEndpoints.Add(state, new JsonObject { ["name"] = "LabScan", ["url"] = call.Server.ScannerUrl(), ["description"] = "test adapter" }, call.Now);
        }

        var demo = new HarborDemo(call.Server, user.Username, call.Now);
        Try(() => demo.Team(project));
    }

    // A project whose limit is too small stays as far as its pushes came.
    private static void Try(Action push)
    {
        try
        {
            push();
        }
        catch (HarborException e) when (e.Code == "DENIED")
        {
            // Full.
        }
    }

    private void Team(HarborProject project)
    {
        Push(project, "checkout", [], days: 60, version: "1.3.9");
        HarborScans.End(Push(project, "checkout", ["1.4.1"], days: 12, isClean: true), now.AddDays(-12));
        HarborScans.End(Push(project, "checkout", ["1.4.2", "latest"], days: 2), now.AddDays(-2));
        Platforms(project, "web/frontend", "2.0.0");
        Push(project, "tools/migrate", ["0.9"], days: 5);
    }

    private HarborArtifact Push(HarborProject project, string name, string[] tags, int days, string? version = null, bool isClean = false)
    {
        var at = now.AddDays(-days);
        var artifact = Put(project, name, $"{name} {version ?? tags[0]}", "amd64", at, tags);
        (artifact.IsClean, artifact.PulledAt) = (isClean, tags.Length > 0 ? at.AddHours(3) : null);
        server.State.Repositories.Find(r => r.Name == $"{project.Name}/{name}")!.PullCount += tags.Length > 0 ? 10 + days : 0;
        return artifact;
    }

    private HarborArtifact Put(HarborProject project, string name, string image, string architecture, DateTimeOffset at, string[] tags)
    {
        var (manifest, config) = HarborKnownImages.MakeUp(image, architecture);
        HarborImageStore.AddBlob(server, project, HarborImageStore.DigestOf(config), config.Length, config);
        foreach (var (digest, size) in HarborImageStore.References(JsonNode.Parse(manifest)!.AsObject()))
        {
            HarborImageStore.AddBlob(server, project, digest, size, null);
        }

        return Keep(project, name, manifest, at, tags);
    }

    private HarborArtifact Keep(HarborProject project, string name, byte[] manifest, DateTimeOffset at, string[] tags)
    {
        var repository = $"{project.Name}/{name}";
        var digest = HarborImageStore.DigestOf(manifest);
        foreach (var reference in tags.Length > 0 ? tags : [digest])
        {
            HarborImageStore.Put(server, project, repository, reference, manifest, at);
        }

        server.State.Audit.Add(new HarborAudit
        {
            Id = server.State.Next("audit"),
            At = at,
            Operation = "create",
            Resource = $"{repository}:{(tags.Length > 0 ? tags[0] : digest)}",
            ResourceType = "artifact",
            Username = pusher,
            ProjectId = project.Id,
        });
        var found = server.State.Repositories.Find(r => r.Name == repository)!;
        found.UpdatedAt = at;
        return found.Artifacts.Find(a => a.Digest == digest)!;
    }

    /// <summary>Pushes an index of two platforms with the statement of how they were built, as docker buildx does.</summary>
    private void Platforms(HarborProject project, string name, string tag)
    {
        var at = now.AddHours(-9);
        var entries = new JsonArray();
        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            var child = Put(project, name, $"{name} {tag} {architecture}", architecture, at, []);
            entries.Add((JsonNode)Entry(child, new JsonObject { ["architecture"] = architecture, ["os"] = "linux" }));
        }

        var statement = Put(project, name, $"{name} {tag} attestation", "unknown", at, []);
        var entry = Entry(statement, new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" });
        entry["annotations"] = new JsonObject { ["vnd.docker.reference.digest"] = entries[0]!["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest" };
        entries.Add((JsonNode)entry);
        Keep(project, name, new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Index, ["manifests"] = entries }.Bytes(), at, [tag, "latest"]);
    }

    private JsonObject Entry(HarborArtifact child, JsonObject platform) =>
        new() { ["mediaType"] = Manifest, ["digest"] = child.Digest, ["size"] = HarborImageStore.ManifestOf(server.State, child).Length, ["platform"] = platform };
}
