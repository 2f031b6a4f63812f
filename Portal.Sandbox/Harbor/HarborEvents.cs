using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Something that web hooks tell of.</summary>
/// <param name="ProjectId">Project whose policies are looked at.</param>
/// <param name="Type">Type as policies name it: <c>PUSH_ARTIFACT</c>.</param>
/// <param name="Operator">Who did it.</param>
/// <param name="RequestId">The request that did it.</param>
/// <param name="Data">What the payload says.</param>
internal sealed record HarborEvent(long ProjectId, string Type, string Operator, string RequestId, JsonObject Data);

/// <summary>Makes the events of images and quotas, in the words that the real server's payloads have.</summary>
internal static class HarborEvents
{
    /// <summary>Tells of one artifact by a tag, or by its digest when there is none.</summary>
    public static void Artifact(HarborCall call, string type, HarborRepository repository, HarborArtifact artifact, string? tag)
    {
        var data = Data(call.Server, repository.Name, repository.ProjectId, [Resource(call.Server, repository.Name, artifact.Digest, tag)]);
        if (call.State.Repositories.Contains(repository))
        {
            var described = data["repository"]!.AsObject();
            described.Insert(0, "date_created", repository.CreatedAt.ToUnixTimeSeconds());
        }

        call.Server.Hooks.Raise(new HarborEvent(repository.ProjectId, type, call.Caller.Name, call.RequestId, data));
    }

    /// <summary>Remembers that an image of a world was pushed before this server began.</summary>
    public static void Declared(HarborServer server, HarborRepository repository, string digest, string tag, string by)
    {
        var data = Data(server, repository.Name, repository.ProjectId, [Resource(server, repository.Name, digest, tag)]);
        server.Hooks.Raise(new HarborEvent(repository.ProjectId, "PUSH_ARTIFACT", by, Guid.NewGuid().ToString(), data), isPast: true);
    }

    public static void Pushed(HarborCall call, string name, string digest, string reference)
    {
        var repository = call.State.Repositories.Find(r => r.Name == name)!;
        Artifact(call, "PUSH_ARTIFACT", repository, repository.Artifacts.Find(a => a.Digest == digest)!, IsDigest(reference) ? null : reference);
        ScanIfWanted(call, repository, digest);
        WarnIfNearlyFull(call, name);
    }

    public static void Pulled(HarborCall call, HarborRepository repository, HarborArtifact artifact, string reference) =>
        Artifact(call, "PULL_ARTIFACT", repository, artifact, IsDigest(reference) ? null : reference);

    /// <summary>Tells of a scan that has ended.</summary>
    public static void Scanned(HarborServer server, HarborRepository repository, HarborArtifact artifact, DateTimeOffset now)
    {
        var resource = Resource(server, repository.Name, artifact.Digest, artifact.Tags.FirstOrDefault()?.Name);
        var overview = HarborScans.Overview(artifact, now)!;
        var report = overview[HarborScans.ReportType]!.AsObject();
        foreach (var name in new[] { "start_time", "end_time" })
        {
            report[name] = report.Text(name)[..19] + "Z";
        }

        resource["scan_overview"] = overview;
        server.Hooks.Raise(new HarborEvent(repository.ProjectId, "SCANNING_COMPLETED", artifact.ScanBy, Guid.NewGuid().ToString(), Data(server, repository.Name, repository.ProjectId, [resource])));
    }

    /// <summary>Tells that a push was refused, or will be soon.</summary>
    public static void Quota(HarborCall call, string type, string repository, string details)
    {
        if (call.State.FindProject(repository.Split('/')[0]) is { } project)
        {
            var data = Data(call.Server, repository, project.Id, null);
            data["custom_attributes"] = new JsonObject { ["Details"] = details };
            call.Server.Hooks.Raise(new HarborEvent(project.Id, type, call.Caller.Name, call.RequestId, data));
        }
    }

    private static bool IsDigest(string reference) => reference.StartsWith("sha256:", StringComparison.Ordinal);

    private static JsonObject Data(HarborServer server, string repository, long projectId, JsonArray? resources)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var data = new JsonObject();
        if (resources is not null)
        {
            data["resources"] = resources;
        }

        data["repository"] = new JsonObject
        {
            ["name"] = repository[(slash + 1)..],
            ["namespace"] = repository[..slash],
            ["repo_full_name"] = repository,
            ["repo_type"] = server.State.FindProject(projectId)?.IsPublic == true ? "public" : "private",
        };
        return data;
    }

    private static JsonObject Resource(HarborServer server, string repository, string digest, string? tag)
    {
        var host = new Uri(server.ExternalUrl()).Authority;
        return new JsonObject { ["digest"] = digest, ["tag"] = tag ?? digest, ["resource_url"] = $"{host}/{repository}{(tag is null ? "@" + digest : ":" + tag)}" };
    }

    private static void ScanIfWanted(HarborCall call, HarborRepository repository, string digest)
    {
        var project = call.State.FindProject(repository.ProjectId);
        if (project?.Metadata.GetValueOrDefault("auto_scan") == "true" && call.State.DefaultScanner() is not null)
        {
            var artifact = repository.Artifacts.Find(a => a.Digest == digest)!;
            (artifact.ScanBegan, artifact.ScanEnded, artifact.ScanBy) = (call.Now, null, call.Caller.Name);
        }
    }

    private static void WarnIfNearlyFull(HarborCall call, string repository)
    {
        var project = call.State.FindProject(repository.Split('/')[0])!;
        var (used, limit) = (call.Server.StorageUsed(project.Id), call.State.Quotas.Find(q => q.ProjectId == project.Id)!.Hard);
        if (limit > 0 && used * 100 >= limit * 85)
        {
            Quota(call, "QUOTA_WARNING", repository, $"quota usage reach 85%: resource storage used {HarborImageStore.Amount(used)} of {HarborImageStore.Amount(limit)}");
        }
    }
}
