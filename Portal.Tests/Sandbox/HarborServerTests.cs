using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

public sealed class HarborServerTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [Fact]
    public async Task Write_WithTheCookieOfAnEarlierAnswer_IsRefused()
    {
        using var http = Client("admin", "labpass", cookies: true);

        using var first = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "cookie-one" });
        using var second = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "cookie-two" });

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, second.StatusCode);
        Assert.Contains("CSRF token invalid", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RightPassword_WhileTheAccountIsFrozen_IsRefusedAtOnce()
    {
        await AddUserAsync("frosty");
        using var wrong = Client("frosty", "Wrong-Passw0rd-1");
        using var right = Client("frosty", "Example-Passw0rd-1");

        var slow = wrong.GetAsync("/api/v2.0/users/current");
        HttpResponseMessage? during = null;
        for (var deadline = DateTime.UtcNow.AddSeconds(1.3); DateTime.UtcNow < deadline && during?.StatusCode != HttpStatusCode.Unauthorized;)
        {
            during?.Dispose();
            during = await right.GetAsync("/api/v2.0/users/current");
        }

        Assert.Equal(HttpStatusCode.Unauthorized, during!.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await slow).StatusCode);
        using var after = await right.GetAsync("/api/v2.0/users/current");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        during.Dispose();
    }

    [Fact]
    public async Task SixCreatesAtOnce_OneIsCreated_TheRestConflict()
    {
        using var http = Client("admin", "labpass");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "six" })));

        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Restart_OnTheSameFolder_FindsEverythingAgain()
    {
        var folder = Directory.CreateTempSubdirectory("harbor");
        var options = new SandboxOptions { AnyPorts = true, Data = folder.FullName };
        try
        {
            await using (var host = await SandboxHost.StartAsync(options, CancellationToken.None))
            {
                using var http = Client("admin", "labpass", address: host.Context.Address("harbor"));
                using var created = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "kept", storage_limit = 12345 });
                created.EnsureSuccessStatusCode();
            }

            await using var again = await SandboxHost.StartAsync(options, CancellationToken.None);
            using var client = Client("admin", "labpass", address: again.Context.Address("harbor"));
            var summary = await client.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/kept/summary");
            Assert.Equal(12345, summary!["quota"]!["hard"]!["storage"]!.GetValue<long>());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Demo_HasProjectsWithMembersThatNoPortalMade()
    {
        using var http = Client("admin", "labpass");

        var members = await http.GetFromJsonAsync<JsonArray>("/api/v2.0/projects/base-images/members");

        Assert.Equal(["grace", "harbor-ops", "henry"], members!.Select(m => m!["entity_name"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("web%252Ffrontend", "repository library/web/frontend not found")]
    [InlineData("web%2Ffrontend", "path /api/v2.0/projects/library/repositories/web/frontend was not found")]
    public async Task RepositoryName_IsDecodedTwice(string encoded, string message)
    {
        using var http = Client("admin", "labpass");

        using var response = await http.GetAsync("/api/v2.0/projects/library/repositories/" + encoded);

        var body = await response.Content.ReadFromJsonAsync<JsonObject>();
        Assert.Equal(message, body!["errors"]![0]!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task PlatformImage_IsPulledWithAnotherProjectsRobot_ByToken()
    {
        using var http = Client("admin", "labpass");
        using var project = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "puller" });
        var access = new[] { new { resource = "repository", action = "pull" } };
        using var made = await http.PostAsJsonAsync("/api/v2.0/robots", new { name = "pull", level = "project", duration = -1, permissions = new[] { new { kind = "project", @namespace = "puller", access } } });
        var robot = (await made.Content.ReadFromJsonAsync<JsonObject>())!;
        using var client = Client(robot["name"]!.GetValue<string>(), robot["secret"]!.GetValue<string>());

        var token = await client.GetFromJsonAsync<JsonObject>("/service/token?service=harbor-registry&scope=repository%3Aplatform/prometheus/prometheus%3Apull");
        using var bearer = new HttpClient { BaseAddress = new Uri(sandbox.Address("harbor")) };
        bearer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!["token"]!.GetValue<string>());
        using var there = await bearer.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v2/platform/prometheus/prometheus/manifests/v3.13.2"));
        using var missing = await bearer.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v2/platform/prometheus/prometheus/manifests/v0"));
        using var other = await bearer.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v2/data-science/notebook/manifests/2026.11"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (there.StatusCode, missing.StatusCode, other.StatusCode));
        Assert.StartsWith("sha256:", there.Headers.GetValues("Docker-Content-Digest").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_OverTheQuota_IsDenied_AndOneBelowItIsCounted()
    {
        using var http = Client("admin", "labpass");
        using var project = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = "tight", storage_limit = 1000 });

        using var small = await PushBlobAsync(http, new byte[600]);
        using var big = await PushBlobAsync(http, new byte[700]);

        Assert.Equal(HttpStatusCode.Created, small.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, big.StatusCode);
        Assert.Contains("adding 700 B of storage resource, which when updated to current usage of 600 B will exceed the configured upper limit of 1000 B.", await big.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var summary = await http.GetFromJsonAsync<JsonObject>("/api/v2.0/projects/tight/summary");
        Assert.Equal(600, summary!["quota"]!["used"]!["storage"]!.GetValue<long>());
    }

    private static async Task<HttpResponseMessage> PushBlobAsync(HttpClient http, byte[] bytes)
    {
        using var started = await http.PostAsync("/v2/tight/app/blobs/uploads/", null);
        var digest = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        return await http.PutAsync($"{started.Headers.Location}&digest={Uri.EscapeDataString(digest)}", new ByteArrayContent(bytes));
    }

    private async Task AddUserAsync(string name)
    {
        using var http = Client("admin", "labpass");
        using var response = await http.PostAsJsonAsync("/api/v2.0/users", new { username = name, email = name + "@example.test", realname = name, password = "Example-Passw0rd-1" });
        response.EnsureSuccessStatusCode();
    }

    private HttpClient Client(string user, string password, bool cookies = false, string? address = null) => new(new SocketsHttpHandler { UseCookies = cookies })
    {
        BaseAddress = new Uri(address ?? sandbox.Address("harbor")),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":" + password))) },
    };
}
