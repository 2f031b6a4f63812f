using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Tests.Support;

namespace Portal.Tests.Lab;

/// <summary>
/// <c>deploy/heat/harbor.yaml</c> on the real Heat, Nova and Neutron. The hypervisor is a fake one, so no Harbor starts: the test signals in the
/// instance's place, with the very command that stands in its user data. There is no Cinder in the lab: its two resources have stand-ins.
/// </summary>
[Collection(LabLane.Name)]
[Trait("lane", "real")]
public sealed partial class LabHarborStackTests(LabWorld lab) : IDisposable
{
    private const string Volume = "11111111-2222-3333-4444-555555555555";
    private static readonly string Template = Path.Combine(RepositoryPaths.Root, "deploy", "heat", "harbor.yaml");
    private readonly TemporaryFolder folder = new();
    private readonly string name = LabPlatform.NewName("harbor");

    /// <inheritdoc />
    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Stack_IsMade_WaitsForItsSignal_TellsIt_AndGoesWithoutATrace()
    {
        Assert.NotNull(lab.Host);
        using var key = RSA.Create(3072);
        var parameters = Parameters(key, ("external_network", "public"), ("floating_network", "public"), ("ssh_cidr", "192.0.2.0/24"));
        Assert.Contains("hostname", await RunAsync($"orchestration template validate -t {Template} -e {Environment()} -f json"), StringComparison.Ordinal);
        await RunAsync($"stack create -t {Template} -e {Environment()} {parameters} {name}");
        try
        {
            var userData = await UserDataAsync();
            Assert.InRange(Encoding.UTF8.GetBytes(userData).Length, 1000, 48 * 1024);
            Assert.Contains("HARBOR_HOST='harbor.lab.test'", userData, StringComparison.Ordinal);
            Assert.Contains(key.ExportSubjectPublicKeyInfoPem(), userData, StringComparison.Ordinal);
            Assert.DoesNotMatch("@[A-Z0-9]+@", userData);
            Assert.Equal("CREATE_IN_PROGRESS", await StatusAsync());

            await SignalAsync(userData, "SUCCESS", "what-the-instance-tells");
            await UntilAsync("CREATE_COMPLETE");
            var outputs = JsonNode.Parse(await RunAsync($"stack show {name} -f json"))!["outputs"]!.AsArray().ToDictionary(o => (string)o!["output_key"]!, o => o!["output_value"]!);
            Assert.Equal("https://harbor.lab.test", (string)outputs["url"]!);
            Assert.Contains("what-the-instance-tells", outputs["signal"].ToJsonString(), StringComparison.Ordinal);
            Assert.Matches(@"^\d+\.\d+\.\d+\.\d+$", (string)outputs["address"]!);
            Assert.Contains("443", await RunAsync($"security group rule list {await GroupAsync("web")} -f value"), StringComparison.Ordinal);
            Assert.Contains("192.0.2.0/24", await RunAsync($"security group rule list {await GroupAsync("ssh")} -f value"), StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync($"stack delete --yes --wait {name}");
        }

        Assert.DoesNotContain(name, await RunAsync("server list -f value") + await RunAsync("network list -f value"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instance_SignalsAFailure_TheStackFailsWithItsWords_OnAGivenNetworkAndVolume()
    {
        Assert.NotNull(lab.Host);
        using var key = RSA.Create(3072);
        var network = name + "-net";
        await RunAsync($"network create {network}");
        try
        {
            await RunAsync($"subnet create --network {network} --subnet-range 10.78.0.0/24 {network}");
            await RunAsync($"stack create -t {Template} -e {Environment()} {Parameters(key, ("network", network), ("volume", Volume))} {name}");
            var userData = await UserDataAsync();
            Assert.Contains($"VOLUME='{Volume}'", userData, StringComparison.Ordinal);

            await SignalAsync(userData, "FAILURE", "");
            await UntilAsync("CREATE_FAILED");
            Assert.Contains("the step volume failed", await RunAsync($"stack show {name} -f value -c stack_status_reason"), StringComparison.Ordinal);
            var made = await RunAsync($"stack resource list {name} -f value -c resource_name");
            Assert.DoesNotContain("router", made, StringComparison.Ordinal);
            Assert.DoesNotContain("ssh", made, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync($"stack delete --yes --wait {name}");
            await RunAsync($"network delete {network}");
        }
    }

    private string Environment()
    {
        var file = Path.Combine(folder.Path, "lab.yaml");
        File.WriteAllText(file, "resource_registry:\n  OS::Cinder::Volume: OS::Heat::None\n  OS::Cinder::VolumeAttachment: OS::Heat::None\n");
        return file;
    }

    private string Parameters(RSA key, params (string Name, string Value)[] more)
    {
        var file = Path.Combine(folder.Path, "key.pem");
        File.WriteAllText(file, key.ExportSubjectPublicKeyInfoPem() + "\n");
        (string Name, string Value)[] all = [("hostname", "harbor.lab.test"), ("image", "fedora-coreos-37"), ("flavor", "m1.small"), ("timeout", "1800"), .. more];
        return string.Join(' ', all.Select(p => $"--parameter {p.Name}={p.Value}")) + $" --parameter-file bootstrap_key={file}";
    }

    // What Nova would hand to the instance: the cloud's administrator sees it.
    private async Task<string> UserDataAsync()
    {
        string? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.DoesNotContain("FAILED", await StatusAsync(), StringComparison.Ordinal);
                var servers = JsonNode.Parse(await RunAsync($"server list --name ^{name}$ -f json"))!.AsArray();
                if (servers is not [{ } server] || (string)server["Status"]! != "ACTIVE")
                {
                    return false;
                }

                var shown = JsonNode.Parse(await RunAsync($"server show {(string)server["ID"]!} -f json", microversion: "2.3"))!;
                found = Encoding.UTF8.GetString(Convert.FromBase64String((string)shown["OS-EXT-SRV-ATTR:user_data"]!));
                return true;
            },
            "the instance is there",
            within: TimeSpan.FromMinutes(5));
        return found!;
    }

    // The functions of the user data themselves, run here: its signal, to the real Heat.
    private async Task SignalAsync(string userData, string status, string data)
    {
        var script = Path.Combine(folder.Path, "user-data.sh");
        await File.WriteAllTextAsync(script, userData);
        var command = status == "SUCCESS" ? $"signal SUCCESS 'Harbor answers' '{data}'" : "STEP=volume; (failed) || true";
        await ProcessAsync("/bin/bash", ["-c", $"HARBOR_FUNCTIONS=only; . '{script}'; {command}"], []);
    }

    private Task UntilAsync(string status) => Eventually.TrueAsync(async () => await StatusAsync() == status, "the stack is " + status, within: TimeSpan.FromMinutes(5));

    private async Task<string> StatusAsync() => (await RunAsync($"stack show {name} -f value -c stack_status")).Trim();

    private async Task<string> GroupAsync(string resource) => (await RunAsync($"stack resource show {name} {resource} -f value -c physical_resource_id")).Trim();

    private static Task<string> RunAsync(string arguments, string microversion = "2.1") => ProcessAsync("/usr/bin/openstack", arguments.Split(' '),
    [
        ("OS_AUTH_URL", RunningLab.Keystone + "/v3"), ("OS_USERNAME", "portal"), ("OS_PASSWORD", RunningLab.Password), ("OS_USER_DOMAIN_NAME", "Default"), ("OS_COMPUTE_API_VERSION", microversion),
        ("OS_PROJECT_NAME", LabPlatform.Project), ("OS_PROJECT_DOMAIN_NAME", "tenants"), ("OS_IDENTITY_API_VERSION", "3"), ("OS_REGION_NAME", LabWorld.Region.Region), ("SHELL", "/bin/sh"),
    ]);

    private static async Task<string> ProcessAsync(string program, IEnumerable<string> arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        // A token stands in the signal's command, so only the words of the error are told.
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(program)} ended with {process.ExitCode}: {Token().Replace(await errors, "***")}");
        return await output;
    }

    [GeneratedRegex("gAAAA[A-Za-z0-9_=-]+")]
    private static partial Regex Token();
}
