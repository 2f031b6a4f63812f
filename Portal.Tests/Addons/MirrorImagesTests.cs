using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Portal.Core.Addons;
using Portal.Tests.Registry;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary><c>deploy/mirror-images</c> with Debian's skopeo, from one project of the sandbox's registry to another.</summary>
[Trait("lane", "real")]
public sealed class MirrorImagesTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private RunningHarbor harbor = null!;

    private string Host => new Uri(harbor.Url).Authority;

    public async Task InitializeAsync()
    {
        harbor = await RunningHarbor.StartAsync();
        using var http = harbor.Http();
        foreach (var project in new[] { "upstream", "mirror" })
        {
            using var made = await http.PostAsJsonAsync("/api/v2.0/projects", new { project_name = project, metadata = new Dictionary<string, string> { ["public"] = "false" } });
            made.EnsureSuccessStatusCode();
        }

        await RunAsync("skopeo", "login", "--tls-verify=false", "-u", "admin", "-p", "labpass", Host);
    }

    public async Task DisposeAsync()
    {
        await harbor.DisposeAsync();
        folder.Dispose();
    }

    [SkippableFact]
    public async Task Mirror_NothingThereThenCopied_EndsWithEveryImageInTheRegistry()
    {
        string[] three = ["kube-state-metrics", "node-exporter", "prometheus"];
        var before = await MirrorAsync(three);
        await PushAsync("upstream/prometheus/prometheus:v3.13.2", "upstream/prometheus/node-exporter:v1.12.1");
        var partly = await MirrorAsync(["--from", Host + "/upstream", .. three]);
        await PushAsync("upstream/kube-state-metrics/kube-state-metrics:v2.19.1");
        var whole = await MirrorAsync(["--from", "kube-state-metrics=" + Host + "/upstream", .. three]);
        var after = await MirrorAsync(three);

        Assert.Equal((1, 3), (before.Code, Lines(before.Said, "missing")));
        Assert.Equal((1, 2, 1), (partly.Code, Lines(partly.Said, "copied"), Lines(partly.Said, "failed")));
        Assert.Equal((0, 1, 2), (whole.Code, Lines(whole.Said, "copied"), Lines(whole.Said, "there")));
        Assert.Equal((0, 3), (after.Code, Lines(after.Said, "there")));
    }

    [SkippableFact]
    public async Task Mirror_OfAProfile_NamesEveryImageThatItsAddonsNeedAndNoOther()
    {
        var catalog = new AddonCatalog();
        var parameters = new AddonParameters { Registry = Host + "/mirror", Cluster = "c", StorageClass = "" };
        var wanted = new AddonsOptions().AddonsOf("default")!.SelectMany(a => AddonCatalog.Images(catalog.Render(a, parameters))).Distinct().Order(StringComparer.Ordinal);

        var (code, said) = await MirrorAsync("--profile", "default");
        var unknown = await MirrorAsync("--profile", "no-such");

        Assert.Equal(1, code);
        Assert.Equal(wanted, said.Split('\n').Where(l => l.StartsWith("missing ", StringComparison.Ordinal)).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(2, unknown.Code);
        Assert.Contains("no profile no-such; shipped are: default small bare", unknown.Said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Mirror_RegistryUnreachableOrNoSuchAddon_SaysSoAndFails()
    {
        var gone = await RunAsync(Path.Combine(RepositoryPaths.Root, "deploy", "mirror-images"), "--plain-http", "--to", "127.0.0.1:9/platform", "prometheus");
        var nope = await MirrorAsync("no-such-addon");

        Assert.Equal(1, gone.Code);
        Assert.StartsWith("unknown  prometheus", gone.Said, StringComparison.Ordinal);
        Assert.Equal(2, nope.Code);
        Assert.Contains("no add-on no-such-addon; there are:", nope.Said, StringComparison.Ordinal);
    }

    private static int Lines(string said, string state) => said.Split('\n').Count(l => l.StartsWith(state + " ", StringComparison.Ordinal));

    private Task<(int Code, string Said)> MirrorAsync(params string[] more) =>
        RunAsync(Path.Combine(RepositoryPaths.Root, "deploy", "mirror-images"), ["--plain-http", "--to", Host + "/mirror", .. more]);

    private async Task PushAsync(params string[] images)
    {
        var layout = WriteLayout();
        foreach (var image in images)
        {
            var (code, said) = await RunAsync("skopeo", "copy", "--dest-tls-verify=false", "oci:" + layout, $"docker://{Host}/{image}");
            Assert.True(code == 0, said);
        }
    }

    /// <summary>The smallest image there is: a configuration and no layer.</summary>
    private string WriteLayout()
    {
        var layout = Directory.CreateDirectory(Path.Combine(folder.Path, Guid.NewGuid().ToString("N"))).FullName;
        var config = Blob(layout, """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{}}""");
        var manifest = Blob(layout, $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json",{{config}}},"layers":[]}""");
        File.WriteAllText(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllText(Path.Combine(layout, "index.json"), $$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",{{manifest}}}]}""");
        return layout;
    }

    private static string Blob(string layout, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256")).FullName, digest), bytes);
        return $"\"digest\":\"sha256:{digest}\",\"size\":{bytes.Length}";
    }

    private async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        Skip.IfNot(File.Exists("/usr/bin/skopeo"), "skopeo is not installed: deploy/lab/install.sh clients");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["REGISTRY_AUTH_FILE"] = Path.Combine(folder.Path, "auth.json");
        using var process = Process.Start(start)!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
