using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Hosting;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>What the sandbox's Harbor sends to a real receiver, beside what a real Harbor sent to one.</summary>
public sealed class HarborHookTests : IAsyncLifetime
{
    private const string Token = "Bearer Example-hook-token";
    private readonly List<Sent> sent = [];
    private readonly Lock gate = new();
    private int failures;
    private SmallServer receiver = null!;
    private RunningHarbor harbor = null!;

    public async Task InitializeAsync()
    {
        receiver = await SmallServer.StartAsync(ReceiveAsync);
        harbor = new RunningHarbor(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 1000 }, CancellationToken.None));
        using var http = harbor.Http();
        using var made = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "team-a" });
        made.EnsureSuccessStatusCode();
    }

    public async Task DisposeAsync()
    {
        await harbor.DisposeAsync();
        Assert.Empty(harbor.Host.Context.Failures.Values);
        await receiver.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("Default", "application/json")]
    [InlineData("CloudEvents", "application/cloudevents+json")]
    public async Task Policy_EveryKindOfEvent_IsSentInTheRecordedShape(string format, string contentType)
    {
        Skip.If(RepositoryPaths.Shared is null, "The recordings are not beside the checkout.");
        using var http = harbor.Http();
        using var scanner = await http.PostAsJsonAsync("/api/v2.0/scanners", new { name = "LabScan", url = harbor.Host.Context.Address("scanner") });
        await PolicyAsync(http, format, "PUSH_ARTIFACT", "PULL_ARTIFACT", "DELETE_ARTIFACT", "SCANNING_COMPLETED", "QUOTA_EXCEED", "QUOTA_WARNING");

        var digest = await PushAsync(http, "web/front", "v1");
        using var pulled = await http.GetAsync("/v2/team-a/web/front/manifests/v1");
        using var scanned = await http.PostAsync("/api/v2.0/projects/team-a/repositories/web%252Ffront/artifacts/v1/scan", null);
        await UntilAsync(3, "push, pull, scan");
        await LimitAsync(http, 1);
        using var full = await http.PostAsync("/v2/team-a/other/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Forbidden, full.StatusCode);
        using var deleted = await http.DeleteAsync("/api/v2.0/projects/team-a/repositories/web%252Ffront/artifacts/v1");
        await UntilAsync(5, "all five");

        Assert.All(sent, s => Assert.Equal((contentType, Token), (s.ContentType, s.Authorization)));
        (string Default, string Cloud)[] kinds = [("push-artifact", "artifact-pushed"), ("pull-artifact", "artifact-pulled"), ("scanning-completed", "scan-completed"), ("delete-artifact", "artifact-deleted"), ("quota-exceed", "quota-exceeded")];
        foreach (var kind in kinds.Where(k => format == "Default" || k.Cloud != "artifact-pulled"))
        {
            var recorded = Recorded(format == "Default" ? "default-" + kind.Default : "cloudevents-" + kind.Cloud);
            var ours = Assert.Single(sent, s => s.Body["type"]!.GetValue<string>() == recorded["type"]!.GetValue<string>()).Body;
            Assert.Equal(Shape(recorded), Shape(ours));
        }

        var pushed = sent.Single(s => s.Body["type"]!.GetValue<string>() is "PUSH_ARTIFACT" or "harbor.artifact.pushed").Body;
        var data = pushed[format == "Default" ? "event_data" : "data"]!;
        Assert.Equal((digest, "v1"), (data["resources"]![0]!["digest"]!.GetValue<string>(), data["resources"]![0]!["tag"]!.GetValue<string>()));
        Assert.Equal($"{new Uri(harbor.Url).Authority}/team-a/web/front:v1", data["resources"]![0]!["resource_url"]!.GetValue<string>());
        Assert.Equal(("web/front", "team-a", "admin"), (data["repository"]!["name"]!.GetValue<string>(), data["repository"]!["namespace"]!.GetValue<string>(), pushed["operator"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Receiver_FailingTwice_GetsItTheThirdTime_AndTheExecutionSaysSo()
    {
        failures = 2;
        using var http = harbor.Http();
        var id = await PolicyAsync(http, "Default", "PUSH_ARTIFACT");

        await PushAsync(http, "again", "v1");
        await UntilAsync(1, "the third attempt");

        Assert.Equal(3, receiver.Asked.Count);
        JsonNode? execution = null;
        await Eventually.TrueAsync(async () => (execution = (await http.GetFromJsonAsync<JsonArray>($"/api/v2.0/projects/team-a/webhook/policies/{id}/executions"))![0])!["status"]!.GetValue<string>() == "Success", "the execution has ended");
        Assert.Equal("PUSH_ARTIFACT", execution!["extra_attrs"]!["event_type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Receiver_NotThere_FailsInTheEnd_AndNobodyWaits()
    {
        using var http = harbor.Http();
        var id = await PolicyAtAsync(http, "Default", "http://127.0.0.1:9/", "PUSH_ARTIFACT");

        await PushAsync(http, "nowhere", "v1");

        await Eventually.TrueAsync(async () => (await http.GetFromJsonAsync<JsonArray>($"/api/v2.0/projects/team-a/webhook/policies/{id}/executions"))![0]!["status"]!.GetValue<string>() == "Error", "it was given up");
    }

    [Fact]
    public async Task Policy_SwitchedOffOrDeleted_SendsNothing_AndAnotherProjectsAdministratorSeesNone()
    {
        using var http = harbor.Http();
        var off = await PolicyAsync(http, "Default", "PUSH_ARTIFACT");
        var path = $"/api/v2.0/projects/team-a/webhook/policies/{off}";
        var body = (await http.GetFromJsonAsync<JsonObject>(path))!;
        body["enabled"] = false;
        using var changed = await http.PutAsJsonAsync(path, body);
        await PushAsync(http, "quiet", "v1");
        using var gone = await http.DeleteAsync(path);
        using var again = await http.GetAsync(path);
        using var user = await http.PostAsJsonAsync("/api/v2.0/users", new { username = "bob", email = "bob@example.test", realname = "bob", password = "Example-Passw0rd-1" });
        using var bob = harbor.Http("bob", "Example-Passw0rd-1");
        using var foreign = await bob.GetAsync("/api/v2.0/projects/team-a/webhook/policies");
        await PolicyAsync(http, "Default", "PUSH_ARTIFACT");
        await PushAsync(http, "heard", "v1");
        await UntilAsync(1, "the push after that");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.Forbidden), (changed.StatusCode, gone.StatusCode, again.StatusCode, foreign.StatusCode));
        Assert.Equal("heard", sent.Single().Body["event_data"]!["repository"]!["name"]!.GetValue<string>());
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var body = (await JsonNode.ParseAsync(http.Request.Body))!.AsObject();
        var fails = Interlocked.Decrement(ref failures) >= 0;
        if (!fails)
        {
            lock (gate)
            {
                sent.Add(new Sent(http.Request.ContentType ?? "", http.Request.Headers.Authorization.ToString(), body));
            }
        }

        http.Response.StatusCode = fails ? 500 : 200;
    }

    private Task UntilAsync(int count, string what) => Eventually.TrueAsync(() =>
    {
        lock (gate)
        {
            return sent.Count >= count;
        }
    }, what);

    private Task<long> PolicyAsync(HttpClient http, string format, params string[] events) => PolicyAtAsync(http, format, receiver.Url + "/hook", events);

    private static async Task<long> PolicyAtAsync(HttpClient http, string format, string address, params string[] events)
    {
        var target = new { type = "http", address, auth_header = Token, payload_format = format };
        using var made = await http.PostAsJsonAsync("/api/v2.0/projects/team-a/webhook/policies", new { name = "portal-" + Guid.NewGuid(), enabled = true, event_types = events, targets = new[] { target } });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return long.Parse(made.Headers.Location!.ToString().Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task LimitAsync(HttpClient http, long storage)
    {
        var quota = (await http.GetFromJsonAsync<JsonArray>("/api/v2.0/quotas"))!.Single(q => q!["ref"]!["name"]!.GetValue<string>() == "team-a")!["id"];
        using var other = await http.PutAsJsonAsync($"/api/v2.0/quotas/{quota}", new { hard = new { storage } });
        other.EnsureSuccessStatusCode();
    }

    /// <summary>Pushes a configuration and a manifest; gives the manifest's digest.</summary>
    private static async Task<string> PushAsync(HttpClient http, string name, string tag)
    {
        var config = """{"architecture":"amd64","os":"linux","config":{}}"""u8.ToArray();
        var digest = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(config));
        using var started = await http.PostAsync($"/v2/team-a/{name}/blobs/uploads/", null);
        using var blob = await http.PutAsync($"{started.Headers.Location}&digest={Uri.EscapeDataString(digest)}", new ByteArrayContent(config));
        blob.EnsureSuccessStatusCode();
        const string type = "application/vnd.oci.image.manifest.v1+json";
        var manifest = JsonSerializer.Serialize(new { schemaVersion = 2, mediaType = type, config = new { mediaType = "application/vnd.oci.image.config.v1+json", digest, size = config.Length }, layers = Array.Empty<object>() });
        using var content = new StringContent(manifest);
        content.Headers.ContentType = new(type);
        using var put = await http.PutAsync($"/v2/team-a/{name}/manifests/{tag}", content);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        return put.Headers.GetValues("Docker-Content-Digest").Single();
    }

    private static JsonNode Recorded(string name)
    {
        var file = Path.Combine(RepositoryPaths.Shared!, "recordings", "harbor", $"webhook-payload-{name}.json");
        return JsonNode.Parse(File.ReadAllText(file))!["request"]!["body"]!;
    }

    /// <summary>Names and kinds of everything; a time is told from other texts by its form.</summary>
    private static string Shape(JsonNode? node) => node switch
    {
        JsonObject o => "{" + string.Join(',', o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + ":" + Shape(p.Value))) + "}",
        JsonArray a => "[" + string.Join(',', a.Select(Shape).Distinct()) + "]",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => System.Text.RegularExpressions.Regex.IsMatch(v.ToString(), @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$") ? "time" : "text",
        _ => node?.GetValueKind().ToString() ?? "null",
    };

    private sealed record Sent(string ContentType, string Authorization, JsonObject Body);
}
