using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Portal.Tests.Sandbox;

/// <summary>Debian's skopeo pushes to and pulls from the sandbox's Harbor, behind which is Debian's docker-registry.</summary>
[Trait("lane", "real")]
public sealed class HarborRegistryTests(HarborWithRegistry harbor) : IClassFixture<HarborWithRegistry>
{
    [SkippableFact]
    public async Task Push_AsTheProjectsUser_AppearsWithItsTrueDigestAndSize()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var image = OciImage.Write(harbor.Folder);
        var before = await UsedAsync("team-a");

        await PushedAsync(image, "team-a/web/front:1.0", "alice");

        using var http = harbor.Http("alice");
        var repository = await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/team-a/repositories/web%252Ffront");
        var artifact = (await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/team-a/repositories/web%252Ffront/artifacts/1.0"))!;
        Assert.Equal((1L, 0L), (Number(repository!, "artifact_count"), Number(repository!, "pull_count")));
        Assert.Equal((image.Digest, image.Size, "IMAGE"), (Text(artifact, "digest"), Number(artifact, "size"), Text(artifact, "type")));
        Assert.Equal(("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json"), (Text(artifact, "manifest_media_type"), Text(artifact, "media_type")));
        Assert.Equal(("linux", "amd64"), (Text(artifact["extra_attrs"]!, "os"), Text(artifact["extra_attrs"]!, "architecture")));
        Assert.InRange(DateTimeOffset.UtcNow - DateTimeOffset.Parse(Text(artifact, "push_time"), CultureInfo.InvariantCulture), TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(5));
        Assert.Equal(before + image.Size, await UsedAsync("team-a"));
        Assert.Contains("COPY app /", await http.GetStringAsync($"/api/v2.0/projects/team-a/repositories/web%252Ffront/artifacts/{image.Digest}/additions/build_history"), StringComparison.Ordinal);
        var (_, inspected) = await harbor.SkopeoAsync("inspect", "--tls-verify=false", "--creds", "alice:" + HarborWithRegistry.Password, $"docker://{harbor.Host}/team-a/web/front:1.0");
        Assert.Equal(image.Digest, Text(JsonNode.Parse(inspected)!, "Digest"));
    }

    [SkippableFact]
    public async Task Pull_CountsAndSaysWhen()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var image = OciImage.Write(harbor.Folder);
        await PushedAsync(image, "team-a/pulled:1", "alice");

        var (code, said) = await harbor.PullAsync("team-a/pulled:1", "alice");

        Assert.True(code == 0, said);
        using var http = harbor.Http();
        var artifact = (await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/team-a/repositories/pulled/artifacts/1"))!;
        Assert.Equal(1, Number((await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/team-a/repositories/pulled"))!, "pull_count"));
        Assert.DoesNotContain("0001-01-01", Text(artifact, "pull_time"), StringComparison.Ordinal);
        Assert.Equal(Text(artifact, "pull_time"), Text(artifact["tags"]![0]!, "pull_time"));
    }

    [SkippableFact]
    public async Task Push_AsARobot_GoesByItsPermissions()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var (pusher, secret) = await harbor.MakeRobotAsync("team-a", "ci", "pull", "push");
        var (puller, other) = await harbor.MakeRobotAsync("team-a", "cluster", "pull");
        var image = OciImage.Write(harbor.Folder);

        var (may, said) = await harbor.PushAsync(image.Source, "team-a/by-robot:1", pusher, secret);
        var (denied, why) = await harbor.PushAsync(OciImage.Write(harbor.Folder).Source, "team-a/by-puller:1", puller, other);

        Assert.True(may == 0, said);
        Assert.Equal(image.Digest, await DigestAsync("team-a", "by-robot", "1"));
        Assert.Equal(1, denied);
        Assert.Contains("unauthorized", why, StringComparison.Ordinal);
        Assert.Null(await DigestAsync("team-a", "by-puller", "1"));
    }

    [SkippableFact]
    public async Task Push_ByANonMember_IsDenied()
    {
        HarborWithRegistry.SkipUnlessInstalled();

        var (code, said) = await harbor.PushAsync(OciImage.Write(harbor.Folder).Source, "team-a/foreign:1", "bob");

        Assert.Equal(1, code);
        Assert.Contains("unauthorized", said, StringComparison.Ordinal);
        Assert.Null(await DigestAsync("team-a", "foreign", "1"));
    }

    [SkippableFact]
    public async Task Push_InReadOnlyMode_IsDenied()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        await harbor.Harbor.ConfigureAsync(("read_only", true));
        try
        {
            var (code, said) = await harbor.PushAsync(OciImage.Write(harbor.Folder).Source, "team-a/read-only:1", "alice");

            Assert.Equal(1, code);
            Assert.Contains("denied: The system is in read only mode. Any modification is prohibited.", said, StringComparison.Ordinal);
        }
        finally
        {
            await harbor.Harbor.ConfigureAsync(("read_only", false));
        }
    }

    [SkippableFact]
    public async Task Push_OverTheQuota_IsDenied_AndCountsNothingThatDidNotCome()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var small = OciImage.Write(harbor.Folder);
        await harbor.MakeProjectAsync("tight", "alice", limit: 2 * small.Size);
        await PushedAsync(small, "tight/small:1", "alice");

        var (code, said) = await harbor.PushAsync(OciImage.Write(harbor.Folder, bytes: 20_000).Source, "tight/big:1", "alice");

        Assert.Equal(1, code);
        Assert.Matches(@"denied: adding [\d.]+ KiB of storage resource, which when updated to current usage of [\d.]+ KiB will exceed the configured upper limit of [\d.]+ KiB\.", said);
        Assert.InRange(await UsedAsync("tight"), small.Size, 2 * small.Size);
        Assert.Null(await DigestAsync("tight", "big", "1"));
    }

    [SkippableFact]
    public async Task Pull_ByAnotherProjectsUser_FromAPublicProjectOnly()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        await harbor.MakeProjectAsync("shared", "alice", isPublic: true);
        await PushedAsync(OciImage.Write(harbor.Folder), "shared/tool:1", "alice");
        await PushedAsync(OciImage.Write(harbor.Folder), "team-a/secret:1", "alice");

        var own = await harbor.PullAsync("team-a/secret:1", "alice");
        var foreign = await harbor.PullAsync("team-a/secret:1", "bob");
        var open = await harbor.PullAsync("shared/tool:1", "bob");
        var nobody = await harbor.PullAsync("shared/tool:1", null);

        Assert.Equal((0, 1, 0, 0), (own.Code, foreign.Code, open.Code, nobody.Code));
        Assert.Contains("unauthorized", foreign.Said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Delete_OfTagArtifactAndRepository_MakesThePullFail()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var image = OciImage.Write(harbor.Folder);
        await PushedAsync(image, "team-a/gone:1", "alice");
        await PushedAsync(image, "team-a/gone:2", "alice");
        await PushedAsync(image, "team-a/whole:1", "alice");

        await DeleteAsync("team-a/repositories/gone/artifacts/1/tags/1");
        var (tag, kept) = (await harbor.PullAsync("team-a/gone:1", "alice"), await harbor.PullAsync("team-a/gone:2", "alice"));
        await DeleteAsync("team-a/repositories/gone/artifacts/" + image.Digest);
        var artifact = await harbor.PullAsync("team-a/gone:2", "alice");
        await DeleteAsync("team-a/repositories/whole");
        var repository = await harbor.PullAsync("team-a/whole:1", "alice");

        Assert.Equal((1, 0, 1, 1), (tag.Code, kept.Code, artifact.Code, repository.Code));
        Assert.Contains("artifact team-a/gone:2 not found", artifact.Said, StringComparison.Ordinal);
        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [await InRegistryAsync("team-a/gone", image.Digest), await InRegistryAsync("team-a/whole", image.Digest)]);
        await PushedAsync(image, "team-a/gone:2", "alice");
        Assert.Equal(0, (await harbor.PullAsync("team-a/gone:2", "alice")).Code);
    }

    [SkippableFact]
    public async Task Index_OfTwoPlatforms_StandsForItself_AndGoesWithItsParts()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        var index = OciImage.WriteIndex(harbor.Folder);

        await PushedAsync(index, "team-a/multi:1", "alice");

        using var http = harbor.Http("alice");
        var listed = (await http.GetFromJsonAsync<JsonArray>("/api/v2.0/projects/team-a/repositories/multi/artifacts"))!;
        var artifact = Assert.Single(listed)!;
        Assert.Equal((index.Digest, index.Size), (Text(artifact, "digest"), Number(artifact, "size")));
        Assert.Equal("application/vnd.oci.image.index.v1+json", Text(artifact, "media_type"));
        Assert.Equal(index.Parts, artifact["references"]!.AsArray().Select(r => Text(r!, "child_digest")));
        Assert.Equal(["amd64", "arm64"], artifact["references"]!.AsArray().Select(r => Text(r!["platform"]!, "architecture")));
        Assert.Equal(0, (await harbor.PullAsync("team-a/multi:1", "alice", architecture: "arm64")).Code);
        using var part = await http.DeleteAsync("/api/v2.0/projects/team-a/repositories/multi/artifacts/" + index.Parts[0]);
        Assert.Equal(HttpStatusCode.PreconditionFailed, part.StatusCode);
        await DeleteAsync("team-a/repositories/multi/artifacts/1");
        Assert.Equal(HttpStatusCode.NotFound, await InRegistryAsync("team-a/multi", index.Parts[1]));
        Assert.Null(await DigestAsync("team-a", "multi", index.Parts[1]));
    }

    [SkippableFact]
    public async Task Copy_ToAnotherProject_CanBePulledThere_AndOnlyOfWhatTheCopierMayRead()
    {
        HarborWithRegistry.SkipUnlessInstalled();
        await harbor.MakeProjectAsync("copies", "alice");
        var index = OciImage.WriteIndex(harbor.Folder);
        await PushedAsync(index, "team-a/original:1", "alice");
        using var alice = harbor.Http("alice");
        using var bob = harbor.Http("bob");

        using var copied = await alice.PostAsync("/api/v2.0/projects/copies/repositories/copy/artifacts?from=team-a/original:1", null);
        using var stolen = await bob.PostAsync("/api/v2.0/projects/team-b/repositories/copy/artifacts?from=team-a/original:1", null);
        await DeleteAsync("team-a/repositories/original");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Forbidden), (copied.StatusCode, stolen.StatusCode));
        var (code, said) = await harbor.PullAsync("copies/copy:1", "alice", architecture: "arm64");
        Assert.True(code == 0, said);
        Assert.Equal(index.Digest, await DigestAsync("copies", "copy", "1"));
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    private static long Number(JsonNode node, string name) => node[name]!.GetValue<long>();

    private async Task PushedAsync(OciImage image, string name, string user)
    {
        var (code, said) = await harbor.PushAsync(image.Source, name, user);
        Assert.True(code == 0, said);
    }

    private async Task<long> UsedAsync(string project)
    {
        using var http = harbor.Http();
        var summary = await http.GetFromJsonAsync<JsonObject>($"/api/v2.0/projects/{project}/summary");
        return summary!["quota"]!["used"]!["storage"]!.GetValue<long>();
    }

    private async Task<string?> DigestAsync(string project, string repository, string reference)
    {
        using var http = harbor.Http();
        using var response = await http.GetAsync($"/api/v2.0/projects/{project}/repositories/{repository}/artifacts/{reference}");
        return response.StatusCode == HttpStatusCode.NotFound ? null : Text((await response.Content.ReadFromJsonAsync<JsonObject>())!, "digest");
    }

    private async Task DeleteAsync(string path)
    {
        using var http = harbor.Http("alice");
        using var response = await http.DeleteAsync("/api/v2.0/projects/" + path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<HttpStatusCode> InRegistryAsync(string repository, string digest)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
        using var response = await http.GetAsync($"{harbor.RegistryUrl}/v2/{repository}/manifests/{digest}");
        return response.StatusCode;
    }
}
