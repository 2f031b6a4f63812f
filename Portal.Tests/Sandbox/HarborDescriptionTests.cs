using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>Every answer of the sandbox's Harbor against Harbor's own API description.</summary>
public sealed class HarborDescriptionTests
{
    private const string Json = "it is JSON, and the description says text";
    private const string Null = "the server writes an empty list as null";

    /// <summary>Where the real server does otherwise than it is described, and why it is so here as well.</summary>
    private static readonly Dictionary<string, string> Recorded = new(StringComparer.Ordinal)
    {
        ["Artifact.accessories: null"] = Null,
        ["Artifact.labels: null"] = Null,
        ["Artifact.references: null"] = Null,
        ["Artifact.tags: null"] = Null,
        ["CVEAllowlist.items: null"] = Null,
        ["Project.current_user_role_ids: null"] = Null,
        ["ExtraAttrs.*: String for object"] = "the description says objects, and means anything",
        ["GET /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/additions/vulnerabilities 200: Object for string"] = Json,
        ["GET /projects/{project_name}/repositories/{repository_name}/artifacts/{reference}/additions/{addition} 200: Array for string"] = Json,
    };

    /// <summary>What no recording shows.</summary>
    private static readonly Dictionary<string, string> Assumed = new(StringComparer.Ordinal)
    {
        ["Reference.urls: null"] = Null + "; no recording has an index, all recorded lists of the same answer are so",
    };

    private readonly List<string> wrong = [];
    private readonly HashSet<string> answered = new(StringComparer.Ordinal);
    private HarborDescription description = null!;

    [SkippableFact]
    public void Recordings_DeviateAsListed_AndNotOtherwise()
    {
        Begin();
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var exchange in Exchanges())
        {
            var body = exchange["response"]!["body"];
            var text = body is null ? "" : body is JsonValue ? body.ToString() : body.ToJsonString();
            seen.UnionWith(description.Deviations(Of(exchange, "method"), Of(exchange, "path"), exchange["response"]!["status"]!.GetValue<int>(), text));
        }

        Assert.Equal(Recorded.Keys.Order(StringComparer.Ordinal), seen);
    }

    [SkippableFact]
    public async Task Sandbox_EveryAnswer_IsAsDescribed()
    {
        Begin();
        using var folder = new TemporaryFolder();
        await using var harbor = new RunningHarbor(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, World = World(folder) }, CancellationToken.None));
        using var admin = harbor.Http();
        using var alice = harbor.Http("alice", "Example-Passw0rd-1");
        using var nobody = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(harbor.Url) };
        await PrepareAsync(harbor, admin);

        var all = Exchanges().Where(e => !Of(e, "path").Contains("/configurations", StringComparison.Ordinal) || Of(e, "method") == "GET").ToList();
        foreach (var exchange in all.Where(e => Of(e, "method") == "GET"))
        {
            await AskAsync(alice, exchange);
            await AskAsync(nobody, exchange);
        }

        // Alice is not asked again: writes change her password, and each wrong one takes 1.5 s.
        foreach (var method in new[] { "GET", "HEAD", "POST", "PUT", "PATCH", "GET", "DELETE", "GET" })
        {
            foreach (var exchange in all.Where(e => Of(e, "method") == method))
            {
                await AskAsync(admin, exchange);
            }
        }

        Assert.Empty(wrong.Distinct(StringComparer.Ordinal));
        Assert.Empty(harbor.Host.Context.Failures.Values);

        // Fewer operations that succeeded would mean that the walk has lost its way, not that all is well.
        Assert.True(answered.Count >= 60, $"only {answered.Count} operations succeeded: {string.Join(", ", answered.Order(StringComparer.Ordinal))}");
    }

    private void Begin()
    {
        Skip.If(RepositoryPaths.Shared is null, "The description and the recordings are not beside the checkout.");
        description = HarborDescription.Read(Path.Combine(RepositoryPaths.Shared!, "contracts", "harbor", "swagger-v2.0-v2.9.5.yaml"));
    }

    private static string Of(JsonObject exchange, string name) => exchange["request"]![name]!.GetValue<string>();

    /// <summary>Gives the recorded exchanges of the API; those about the pages' session are of another kind.</summary>
    private static IEnumerable<JsonObject> Exchanges() => Directory.GetFiles(Path.Combine(RepositoryPaths.Shared!, "recordings", "harbor"), "*.json").Order(StringComparer.Ordinal)
        .Select(f => JsonNode.Parse(File.ReadAllText(f))!.AsObject())
        .Where(e => e["request"] is JsonObject r && r["path"]!.GetValue<string>().StartsWith("/api/v2.0/", StringComparison.Ordinal));

    /// <summary>The world of the judge's scenario of artifacts: projects, members, images.</summary>
    private static string World(TemporaryFolder folder)
    {
        var scenario = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Shared!, "tools", "replay", "scenarios", "harbor", "artifacts.json")))!;
        File.WriteAllText(folder.File("world.json"), scenario["world"]!.ToJsonString());
        return folder.File("world.json");
    }

    /// <summary>Makes what recorded requests cannot name: a scanner and its findings, an index, hooks that have sent something.</summary>
    private async Task PrepareAsync(RunningHarbor harbor, HttpClient admin)
    {
        await SendAsync(admin, "POST", "/api/v2.0/scanners", new { name = "LabScan", url = harbor.Host.Context.Address("scanner") });
        var uuid = (await admin.GetFromJsonAsync<JsonArray>("/api/v2.0/scanners"))![0]!["uuid"]!.GetValue<string>();
        await SendAsync(admin, "PATCH", "/api/v2.0/scanners/" + uuid, new { is_default = true });
        foreach (var path in new[] { "/scanners/" + uuid, $"/scanners/{uuid}/metadata", "/projects/team-a/scanner" })
        {
            await SendAsync(admin, "GET", "/api/v2.0" + path, null);
        }

        await SendAsync(admin, "POST", "/api/v2.0/projects/team-a/webhook/policies", new { name = "early", enabled = true, event_types = new[] { "PUSH_ARTIFACT", "DELETE_ARTIFACT" }, targets = new[] { new { type = "http", address = harbor.Host.Context.Address("hooks") } } });
        await SendAsync(admin, "POST", "/api/v2.0/projects/team-a/repositories/app/artifacts/v1/scan", null);
        await harbor.Host.AdvanceAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        var child = (await admin.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/team-a/repositories/app/artifacts/v1"))!["digest"]!.GetValue<string>();
        var entry = new { mediaType = "application/vnd.oci.image.manifest.v1+json", digest = child, size = 483, platform = new { architecture = "amd64", os = "linux" } };
        const string index = "application/vnd.oci.image.index.v1+json";
        using var content = JsonContent.Create(new { schemaVersion = 2, mediaType = index, manifests = new[] { entry } }, new System.Net.Http.Headers.MediaTypeHeaderValue(index));
        using var put = await admin.PutAsync("/v2/team-a/app/manifests/both", content);
        put.EnsureSuccessStatusCode();
        await SendAsync(admin, "GET", "/api/v2.0/projects/team-a/repositories/app/artifacts?with_tag=true&with_label=true&with_scan_overview=true", null);
        await SendAsync(admin, "GET", "/api/v2.0/projects/team-a/webhook/policies/1", null);
        await SendAsync(admin, "GET", "/api/v2.0/projects/team-a/webhook/policies/1/executions", null);
        await SendAsync(admin, "GET", "/api/v2.0/projects/team-a/webhook/policies/1/executions/1/tasks", null);
    }

    private Task AskAsync(HttpClient http, JsonObject exchange)
    {
        var request = exchange["request"]!;
        var body = request["body"];
        var message = new HttpRequestMessage(new HttpMethod(Of(exchange, "method")), Of(exchange, "path"));
        foreach (var (name, value) in request["headers"]!.AsObject().Where(h => h.Key is "Accept" or "X-Is-Resource-Name" or "X-Resource-Name-In-Location"))
        {
            message.Headers.TryAddWithoutValidation(name, value!.ToString());
        }

        if (body is not null)
        {
            message.Content = new StringContent(body is JsonValue ? body.ToString() : body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return SendAsync(http, message);
    }

    private async Task SendAsync(HttpClient http, string method, string path, object? body)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : JsonContent.Create(body) };
        await SendAsync(http, message);
    }

    private async Task SendAsync(HttpClient http, HttpRequestMessage message)
    {
        // The client makes the address absolute when it sends.
        var (method, path) = (message.Method.Method, message.RequestUri!.OriginalString);
        using var response = await http.SendAsync(message);
        var status = (int)response.StatusCode;
        var found = description.Deviations(method, path, status, await response.Content.ReadAsStringAsync());
        wrong.AddRange(found.Where(f => !Recorded.ContainsKey(f) && !Assumed.ContainsKey(f)).Select(f => $"{method} {path} {status}: {f}"));
        if (response.IsSuccessStatusCode && description.Template(path) is { } template)
        {
            answered.Add(method + " " + template);
        }
    }
}
