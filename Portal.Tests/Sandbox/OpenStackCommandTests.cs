using System.Diagnostics;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>Debian's <c>openstack</c> client with Magnum's plugin, against the sandbox (<c>deploy/lab/install-clients.sh</c> installs it).</summary>
[Trait("lane", "real")]
public sealed class OpenStackCommandTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>
{
    [SkippableFact]
    public async Task Client_TemplatesAndClusters_FromCreateToDelete()
    {
        Skip.IfNot(File.Exists("/usr/bin/openstack"), "deploy/lab/install-clients.sh has not run");
        using var folder = new TemporaryFolder();

        Assert.Contains("k8s-1.31-small", await RunAsync("coe cluster template list -f value"), StringComparison.Ordinal);
        Assert.Contains("fedora-coreos-38", await RunAsync("coe cluster template show k8s-1.31-small -f json"), StringComparison.Ordinal);
        await RunAsync("coe cluster create by-client --cluster-template k8s-1.31-small --master-count 1 --node-count 1");
        Assert.Contains("by-client", await RunAsync("coe cluster list -f value"), StringComparison.Ordinal);
        await UntilAsync("CREATE_COMPLETE");
        await RunAsync("coe cluster resize by-client 2");
        await UntilAsync("UPDATE_COMPLETE");
        Assert.Contains("BEGIN CERTIFICATE", await RunAsync("coe ca show by-client"), StringComparison.Ordinal);
        var request = Path.Combine(folder.Path, "request.pem");
        await File.WriteAllTextAsync(request, Certificates.Request("admin"));
        Assert.Contains("BEGIN CERTIFICATE", await RunAsync($"coe ca sign by-client {request}"), StringComparison.Ordinal);
        await RunAsync($"coe cluster config by-client --dir {folder.Path} --force");
        Assert.Contains("certificate-authority-data", await File.ReadAllTextAsync(Path.Combine(folder.Path, "config")), StringComparison.Ordinal);
        await RunAsync("coe cluster delete by-client");
        await Eventually.TrueAsync(async () => !(await RunAsync("coe cluster list -f value -c name")).Contains("by-client", StringComparison.Ordinal), "by-client is gone");
    }

    [SkippableFact]
    public async Task Client_ServicesBeside_AnswerInTheirShapes()
    {
        Skip.IfNot(File.Exists("/usr/bin/openstack"), "deploy/lab/install-clients.sh has not run");

        Assert.Contains("m1.medium", await RunAsync("flavor list -f value"), StringComparison.Ordinal);
        Assert.Contains("fedora-coreos-38", await RunAsync("image list -f value"), StringComparison.Ordinal);
        Assert.Contains("public", await RunAsync("network list --external -f value"), StringComparison.Ordinal);
        Assert.Contains("shop-prod", await RunAsync("server list -f value"), StringComparison.Ordinal);
        Assert.Contains("totalServerGroupsUsed", await RunAsync("limits show --absolute -f value"), StringComparison.Ordinal);
        Assert.Contains("CREATE_COMPLETE", await RunAsync("stack list -f value"), StringComparison.Ordinal);
    }

    private Task UntilAsync(string status) =>
        Eventually.TrueAsync(async () => (await RunAsync("coe cluster show by-client -f value -c status")).Trim() == status, "by-client is " + status);

    private async Task<string> RunAsync(string arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/openstack", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new[]
        {
            ("OS_AUTH_URL", sandbox.Address("keystone") + "/v3"), ("OS_USERNAME", "portal"), ("OS_PASSWORD", "labpass"), ("OS_USER_DOMAIN_NAME", "Default"),
            ("OS_PROJECT_NAME", "team-shop"), ("OS_PROJECT_DOMAIN_NAME", "tenants"), ("OS_IDENTITY_API_VERSION", "3"), ("OS_REGION_NAME", "RegionOne"), ("SHELL", "/bin/sh"),
        })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"openstack {arguments}: {await errors}");
        return await output;
    }
}
