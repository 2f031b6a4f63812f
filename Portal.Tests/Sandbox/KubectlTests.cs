using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>The real kubectl against a cluster of the sandbox: it is the strictest client there is.</summary>
[Trait("lane", "real")]
public sealed class KubectlTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          replicas: 2
          selector:
            matchLabels: {app: web}
          template:
            metadata:
              labels: {app: web}
            spec:
              containers:
                - name: web
                  image: nginx:1.25
                  ports: [{containerPort: 80}]
        """;

    private readonly string id = Guid.NewGuid().ToString();
    private readonly string folder = Directory.CreateTempSubdirectory("kubectl").FullName;

    public async Task InitializeAsync()
    {
        var authority = CertificateAuthority.Create("test-ca", DateTimeOffset.UtcNow);
        var fleet = sandbox.Host.Context.Get<IKubernetesFleet>();
        KubernetesNodeSpec[] nodes = [new("master-0", "master", "10.0.0.5", 2, 4096, "default-master"), new("node-0", "worker", "10.0.0.6", 4, 8192, "default-worker")];
        await fleet.StartAsync(new KubernetesClusterSpec(id, "test", "project", "v1.26.1", authority, nodes), CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder, "web.yaml"), Web);
        await File.WriteAllTextAsync(Path.Combine(folder, "config"), Kubeconfig(fleet.ReserveAddress(id), authority));
    }

    public async Task DisposeAsync()
    {
        await sandbox.Host.Context.Get<IKubernetesFleet>().RemoveAsync(id);
        Directory.Delete(folder, true);
    }

    [SkippableFact]
    public async Task Kubectl_AppliesWaitsReadsAndDeletes()
    {
        Skip.If(Find() is null, "No kubectl here.");

        Assert.Contains("deployment.apps/web created", await RunAsync("apply", "-f", Path.Combine(folder, "web.yaml")), StringComparison.Ordinal);
        Assert.Contains("condition met", await RunAsync("wait", "--for=condition=Available", "--timeout=30s", "deployment/web"), StringComparison.Ordinal);
        Assert.Contains("2/2", await RunAsync("get", "deployment", "web"), StringComparison.Ordinal);
        Assert.Contains("msg=\"request served\"", await RunAsync("logs", "deployment/web", "--tail=3"), StringComparison.Ordinal);
        Assert.Contains("unchanged", await RunAsync("apply", "-f", Path.Combine(folder, "web.yaml")), StringComparison.Ordinal);
        Assert.Contains("serverside-applied", await RunAsync("apply", "--server-side", "--force-conflicts", "-f", Path.Combine(folder, "web.yaml")), StringComparison.Ordinal);
        Assert.Contains("scaled", await RunAsync("scale", "deployment/web", "--replicas=3"), StringComparison.Ordinal);
        Assert.Contains("successfully rolled out", await RunAsync("rollout", "status", "deployment/web", "--timeout=30s"), StringComparison.Ordinal);
        Assert.Contains("deleted", await RunAsync("delete", "-f", Path.Combine(folder, "web.yaml"), "--timeout=30s"), StringComparison.Ordinal);
        Assert.Contains("node-0", await RunAsync("get", "nodes", "-o", "wide"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Kubectl_FollowsALog()
    {
        Skip.If(Find() is null, "No kubectl here.");
        await RunAsync("apply", "-f", Path.Combine(folder, "web.yaml"));
        await RunAsync("wait", "--for=condition=Available", "--timeout=30s", "deployment/web");
        using var process = Start("logs", "-f", "deployment/web", "--tail=1");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            for (var lines = 0; lines < 3; lines++)
            {
                Assert.Contains("n=", await process.StandardOutput.ReadLineAsync(patience.Token), StringComparison.Ordinal);
            }
        }
        finally
        {
            process.Kill();
        }
    }

    [SkippableFact]
    public async Task Kubectl_RunsCommandsInPods()
    {
        Skip.If(Find() is null, "No kubectl here.");
        var pod = await PodAsync();

        Assert.Equal("hello world\n", await RunAsync("exec", pod, "--", "echo", "hello", "world"));
        Assert.Contains(pod["pod/".Length..], await RunAsync("exec", pod, "--", "hostname"), StringComparison.Ordinal);
        var (code, _, error) = await TryAsync(null, "exec", pod, "--", "no-such-program");
        Assert.Equal((127, true), (code, error.Contains("not found", StringComparison.Ordinal)));
        var (_, copied, _) = await TryAsync("line one\nline two\n", "exec", "-i", pod, "--", "cat");
        Assert.Equal("line one\nline two\n", copied);
    }

    [SkippableFact]
    public async Task Kubectl_ForwardsAPort()
    {
        Skip.If(Find() is null, "No kubectl here.");
        var pod = await PodAsync();
        using var process = Start("port-forward", pod, ":80");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            // Forwarding from 127.0.0.1:41234 -> 80
            var said = await process.StandardOutput.ReadLineAsync(patience.Token);
            var address = said?.Split(' ').ElementAtOrDefault(2);
            using var http = new HttpClient();
            for (var n = 0; n < 3; n++)
            {
                Assert.Contains("web", await http.GetStringAsync(new Uri($"http://{address}/"), patience.Token), StringComparison.Ordinal);
            }
        }
        finally
        {
            process.Kill();
        }
    }

    [SkippableFact]
    public async Task Kubectl_ExplainsWatchesAndAsksForOthers()
    {
        Skip.If(Find() is null, "No kubectl here.");
        await PodAsync();

        Assert.Equal("yes", (await RunAsync("auth", "can-i", "get", "pods", "--as=somebody", "--as-group=system:masters")).Trim());
        var (code, answer, _) = await TryAsync(null, "auth", "can-i", "delete", "nodes", "--as=somebody");
        Assert.Equal((1, "no"), (code, answer.Split('\n')[0].Trim()));
        var (conflict, _, why) = await TryAsync(WebWithThree, "apply", "--server-side", "--field-manager=another", "-f", "-");
        Assert.Equal(1, conflict);
        Assert.Contains("conflict", why, StringComparison.Ordinal);
        Assert.Contains(".spec.replicas", why, StringComparison.Ordinal);
        using var watch = Start("get", "configmaps", "-w", "-o", "name");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await RunAsync("create", "configmap", "seen");
            string? line;
            do
            {
                line = await watch.StandardOutput.ReadLineAsync(patience.Token);
            }
            while (line is not null and not "configmap/seen");

            Assert.NotNull(line);
        }
        finally
        {
            watch.Kill();
        }

        if (await IsNewAsync())
        {
            // Older ones ask for OpenAPI version 2, which the sandbox does not fill.
            Assert.Contains("containers", await RunAsync("explain", "deployment.spec.template.spec"), StringComparison.Ordinal);
            var (differs, diff, _) = await TryAsync(WebWithThree, "diff", "-f", "-");
            Assert.Equal(1, differs);
            Assert.Contains("+  replicas: 3", diff, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Kubectl_ShowsWhatIsUsed_WhereMetricsServerIs_AndSaysWhereItIsNot()
    {
        Skip.If(Find() is null, "No kubectl here.");
        var pod = await PodAsync();

        Assert.Contains("node-0", await RunAsync("top", "nodes"), StringComparison.Ordinal);
        Assert.Contains(pod["pod/".Length..], await RunAsync("top", "pods"), StringComparison.Ordinal);

        var cluster = ((Portal.Sandbox.Kubernetes.KubernetesService)sandbox.Host.Context.Get<IKubernetesFleet>()).Find(id)!;
        cluster.HasMetrics = false;
        cluster.Forget();
        Directory.Delete(Path.Combine(folder, ".kube"), true);
        var (code, _, error) = await TryAsync(null, "top", "nodes");
        Assert.Equal(1, code);
        Assert.Contains("Metrics API not available", error, StringComparison.Ordinal);
    }

    private static string WebWithThree => Web.Replace("replicas: 2", "replicas: 3", StringComparison.Ordinal);

    private async Task<bool> IsNewAsync()
    {
        var version = System.Text.Json.Nodes.JsonNode.Parse(await RunAsync("version", "--client", "-o", "json"))!["clientVersion"]!;
        return int.Parse(new string([.. ((string)version["minor"]!).TakeWhile(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture) >= 27;
    }

    private async Task<string> PodAsync()
    {
        await RunAsync("apply", "--server-side", "-f", Path.Combine(folder, "web.yaml"));
        await RunAsync("wait", "--for=condition=Available", "--timeout=30s", "deployment/web");
        return (await RunAsync("get", "pods", "-l", "app=web", "-o", "name")).Split('\n')[0].Trim();
    }

    private static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Select(p => Path.Combine(p, "kubectl")).FirstOrDefault(File.Exists);

    private static string Kubeconfig(string address, CertificateAuthority authority)
    {
        using var key = RSA.Create(2048);
        var csr = new CertificateRequest("CN=admin, O=system:masters", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        return $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: '{{address}}', certificate-authority-data: {{Encode(authority.CertificatePem)}} } }]
            contexts: [{name: c, context: {cluster: c, user: c} }]
            users: [{name: c, user: {client-certificate-data: {{Encode(authority.Sign(csr, DateTimeOffset.UtcNow))}}, client-key-data: {{Encode(key.ExportPkcs8PrivateKeyPem())}} } }]
            """;
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Find()!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = Path.Combine(folder, "config");
        start.Environment["HOME"] = folder;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryAsync(null, arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {error}{output}");
        return output;
    }

    private async Task<(int Code, string Output, string Error)> TryAsync(string? input, params string[] arguments)
    {
        using var process = Start(arguments);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = await process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, error);
    }
}
