using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>The sandbox's Harbor with Debian's registry behind it: the private project team-a of alice and team-b of bob.</summary>
public sealed class HarborWithRegistry : IAsyncLifetime
{
    public const string Password = "Example-Passw0rd-1";
    private readonly TemporaryFolder folder = new();
    private RunningRegistry? registry;
    private RunningHarbor? harbor;

    internal RunningHarbor Harbor => harbor!;

    public string Folder => folder.Path;

    /// <summary>Gets the registry's own address, past Harbor.</summary>
    public string RegistryUrl => registry!.Url;

    public string Host => new Uri(Harbor.Url).Authority;

    public async Task InitializeAsync()
    {
        if (!IsInstalled)
        {
            return;
        }

        registry = await RunningRegistry.StartAsync();
        harbor = new RunningHarbor(await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Harbor = { RegistryUrl = registry.Url } }, CancellationToken.None));
        foreach (var (user, project) in new[] { ("alice", "team-a"), ("bob", "team-b") })
        {
            await PostAsync("/api/v2.0/users", new { username = user, email = user + "@example.test", realname = user, password = Password });
            await MakeProjectAsync(project, user);
        }
    }

    public async Task DisposeAsync()
    {
        if (harbor is not null)
        {
            await harbor.DisposeAsync();
            Assert.Empty(harbor.Host.Context.Failures.Values);
        }

        registry?.Dispose();
        folder.Dispose();
    }

    private static bool IsInstalled => File.Exists(RunningRegistry.Program) && File.Exists("/usr/bin/skopeo");

    public static void SkipUnlessInstalled() => Skip.IfNot(IsInstalled, "docker-registry or skopeo is not installed: deploy/lab/install.sh clients");

    public HttpClient Http(string user = "admin", string? password = null) => Harbor.Http(user, password ?? (user == "admin" ? "labpass" : Password));

    /// <summary>Makes a project in the name of an administrator, with one developer.</summary>
    public async Task MakeProjectAsync(string name, string member, long limit = -1, bool isPublic = false)
    {
        await PostAsync("/api/v2.0/projects", new { project_name = name, storage_limit = limit, metadata = new Dictionary<string, string> { ["public"] = isPublic ? "true" : "false" } });
        await PostAsync($"/api/v2.0/projects/{name}/members", new { role_id = 4, member_user = new { username = member } });
    }

    /// <summary>Makes a robot of a project that may do this with repositories; gives its name and secret.</summary>
    public async Task<(string Name, string Secret)> MakeRobotAsync(string project, string name, params string[] actions)
    {
        var access = actions.Select(action => new { resource = "repository", action });
        var made = await PostAsync("/api/v2.0/robots", new { name, level = "project", duration = -1, permissions = new[] { new { kind = "project", @namespace = project, access } } });
        return (made!["name"]!.GetValue<string>(), made["secret"]!.GetValue<string>());
    }

    public async Task<JsonNode?> PostAsync(string path, object body)
    {
        using var http = Http();
        using var response = await http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text.Length > 0 ? JsonNode.Parse(text) : null;
    }

    /// <summary>Pushes as somebody; <paramref name="image"/> is <c>PROJECT/NAME:TAG</c>.</summary>
    public Task<(int Code, string Said)> PushAsync(string source, string image, string user, string? password = null) =>
        SkopeoAsync("copy", "--all", "--dest-tls-verify=false", "--dest-creds", $"{user}:{password ?? Password}", source, $"docker://{Host}/{image}");

    /// <summary>Pulls as somebody, or as nobody, into a new folder.</summary>
    public Task<(int Code, string Said)> PullAsync(string image, string? user, string architecture = "amd64")
    {
        string[] who = user is null ? ["--src-no-creds"] : ["--src-creds", $"{user}:{(user == "admin" ? "labpass" : Password)}"];
        return SkopeoAsync([$"--override-arch={architecture}", "copy", "--src-tls-verify=false", .. who, $"docker://{Host}/{image}", "dir:" + Path.Combine(Folder, Guid.NewGuid().ToString("N"))]);
    }

    public async Task<(int Code, string Said)> SkopeoAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/skopeo", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["REGISTRY_AUTH_FILE"] = Path.Combine(Folder, "auth.json");
        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
