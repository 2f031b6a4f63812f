using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.World;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>The whole default profile applied to a cluster, against <c>kubectl apply --server-side</c> of the same objects on the same server. Every object is changed between two runs.</summary>
internal static class ApplyBench
{
    public static async Task RunAsync(int runs)
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { AnyPorts = true, Pace = 200 }, CancellationToken.None);
        using var folder = new TemporaryFolder();
        var (api, kubeconfig) = await ClusterAsync(sandbox);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "config"), kubeconfig);
        var objects = Objects();
        var table = new BenchTable($"Default profile, {objects.Count} objects, each changed since the last run");
        var run = 0;
        await PortalAsync(api, Marked(objects, run++));
        await KubectlAsync(folder.Path, Marked(objects, run++));

        var ours = await BenchTable.TimesAsync(runs, () => PortalAsync(api, Marked(objects, run++)));
        var kubectl = await BenchTable.TimesAsync(runs, () => KubectlAsync(folder.Path, Marked(objects, run++)));
        table.Add("kubectl apply --server-side", kubectl);
        table.Add("the portal", ours, FormattableString.Invariant($"{BenchTable.Median(ours) / BenchTable.Median(kubectl):0.##} × kubectl"));
        var last = run - 1;
        await PortalAsync(api, Marked(objects, last));
        var calm = await BenchTable.TimesAsync(runs, () => PortalAsync(api, Marked(objects, last)));
        table.Add("the portal again, nothing changed", calm);
        table.Print();
    }

    private static List<JsonObject> Objects()
    {
        var catalog = new AddonCatalog();
        var parameters = new AddonParameters { Registry = "registry.invalid/platform", Cluster = "bench", StorageClass = "standard" };

        // Cluster DNS is Magnum's, and left alone where it is.
        var names = new AddonsOptions().AddonsOf("default")!.Where(n => n != "cluster-dns").ToList();
        var spaces = names.Select(n => catalog.Describe(n, parameters)).SelectMany(d => d.AlsoNamespaces.Prepend(d.Namespace)).Append("test").Append("production").Distinct(StringComparer.Ordinal);
        return [.. spaces.SelectMany(s => catalog.RenderNamespace(s, "privileged")).Concat(names.SelectMany(n => catalog.Render(n, parameters)))];
    }

    private static List<JsonObject> Marked(List<JsonObject> objects, int run) =>
    [
        .. objects.Select(o =>
        {
            var copy = o.DeepClone().AsObject();
            copy["metadata"]!["annotations"]![AddonCatalog.HashAnnotation] = run.ToString(CultureInfo.InvariantCulture);
            return copy;
        }),
    ];

    private static async Task PortalAsync(IKubernetesApi api, List<JsonObject> objects) =>
        await AddonInstaller.ApplyAsync(api, objects, _ => Task.CompletedTask, CancellationToken.None);

    private static async Task KubectlAsync(string folder, List<JsonObject> objects)
    {
        var file = Path.Combine(folder, "all.json");
        await File.WriteAllTextAsync(file, new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. objects]) }.ToJsonString());
        var start = new ProcessStartInfo("kubectl", ["apply", "--server-side", "--field-manager=container-platform-portal", "-f", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = Path.Combine(folder, "config");
        start.Environment["HOME"] = folder;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("kubectl: " + error);
        }
    }

    private static async Task<(IKubernetesApi Api, string Kubeconfig)> ClusterAsync(SandboxHost sandbox)
    {
        var authority = CertificateAuthority.Create("bench-ca", DateTimeOffset.UtcNow);
        var fleet = sandbox.Context.Get<IKubernetesFleet>();
        var id = Guid.NewGuid().ToString();
        KubernetesNodeSpec[] nodes = [new("master-0", "master", "10.0.0.5", 2, 4096, "default-master"), .. Enumerable.Range(0, 3).Select(n => new KubernetesNodeSpec($"node-{n}", "worker", $"10.0.0.{6 + n}", 4, 16384, "default-worker"))];
        await fleet.StartAsync(new KubernetesClusterSpec(id, "bench", "project", "v1.26.1", authority, nodes), CancellationToken.None);
        using var key = RSA.Create(2048);
        var csr = new CertificateRequest("CN=admin, O=system:masters", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        var (certificate, pem, address) = (authority.Sign(csr, DateTimeOffset.UtcNow), key.ExportPkcs8PrivateKeyPem(), fleet.ReserveAddress(id));
        var connector = new ClusterConnector(null!, Options.Create(new KubernetesOptions()), NetworkTime.Real);
        var api = connector.WithIdentity(new ClusterKey(new CloudRegion("bench", "one"), "project", id), new ClusterIdentity(address, authority.CertificatePem, certificate, pem));
        string Encode(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        return (api, $$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: '{{address}}', certificate-authority-data: {{Encode(authority.CertificatePem)}} } }]
            contexts: [{name: c, context: {cluster: c, user: c} }]
            users: [{name: c, user: {client-certificate-data: {{Encode(certificate)}}, client-key-data: {{Encode(pem)}} } }]
            """);
    }
}
