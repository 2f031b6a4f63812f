using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Tests.Support;

namespace Portal.Tests.Hosting;

/// <summary>The user data of <c>deploy/heat/harbor.yaml</c>: its functions, run here by bash. The stack itself is in the real lane (<c>Lab/LabHarborStackTests</c>).</summary>
[UnsupportedOSPlatform("windows")]
public sealed class HarborTemplateTests : IDisposable
{
    private static readonly string Script = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "deploy", "heat", "harbor.sh"));
    private readonly TemporaryFolder folder = new();
    private readonly RSA key = RSA.Create(3072);

    /// <inheritdoc />
    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void UserData_IsFarBelowNovasLimit_AndHoldsNoSecretAndOnlyKnownPlaces()
    {
        Assert.InRange(Convert.ToBase64String(Encoding.UTF8.GetBytes(Script)).Length, 1, 48 * 1024);
        Assert.Equal(
            ["@HOSTNAME@", "@INSTALLER@", "@KEY@", "@MIRROR@", "@SHA256@", "@SIGNAL@", "@VOLUME@"],
            System.Text.RegularExpressions.Regex.Matches(Script, "@[A-Z0-9]+@").Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));
        var template = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "deploy", "heat", "harbor.yaml"));
        Assert.DoesNotContain("password:", template, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("    deletion_policy: Retain", template, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Configuration_IsTheInstallersTemplate_WithTheLinesThatAreTheInstances()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tmpl"), "hostname: reg.mydomain.com\nhttps:\n  port: 443\n  certificate: /your/certificate/path\n  private_key: /your/private/key/path\nharbor_admin_password: default\ndatabase:\n  # Change this.\n  password: default\n  max_idle_conns: 100\ndata_volume: /data\nexternal:\n  password: other\n");

        await RunAsync($"configure '{folder.Path}/tmpl' '{folder.Path}/yml' DatabasePassword1 AdminPassword1");

        Assert.Equal(
            "hostname: harbor.lab.test\nhttps:\n  port: 443\n  certificate: /data/cert/harbor.crt\n  private_key: /data/cert/harbor.key\nharbor_admin_password: AdminPassword1\ndatabase:\n  # Change this.\n  password: DatabasePassword1\n  max_idle_conns: 100\ndata_volume: /data\nexternal:\n  password: other\n",
            await File.ReadAllTextAsync(Path.Combine(folder.Path, "yml")));
    }

    [Fact]
    public async Task Configuration_OfATemplateWithoutTheLines_Fails()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tmpl"), "hostname: reg.mydomain.com\n");

        Assert.Equal("refused", await RunAsync($"configure '{folder.Path}/tmpl' '{folder.Path}/yml' DatabasePassword1 AdminPassword1 || printf refused"));
    }

    [Fact]
    public async Task FirstPassword_LeavesOnlyEncrypted_ForTheKeyOfTheStack()
    {
        var encrypted = await RunAsync("encrypted 'Aa1FirstPassword'");

        Assert.Equal("Aa1FirstPassword", Encoding.UTF8.GetString(key.Decrypt(Convert.FromBase64String(encrypted), RSAEncryptionPadding.OaepSHA256)));
    }

    [Fact]
    public async Task Secrets_OfANewVolume_AreTheSameAgainUntilHarborWasUp_AndNeverKnownLater()
    {
        var own = Path.Combine(folder.Path, "own");
        var database = Directory.CreateDirectory(Path.Combine(folder.Path, "database")).FullName;

        var first = await RunAsync($"make_secrets '{own}' '{folder.Path}/none'");
        var again = await RunAsync($"make_secrets '{own}' '{database}'");
        File.Delete(Path.Combine(own, "first-password"));
        var later = await RunAsync($"make_secrets '{own}' '{database}' || printf ' kept'");

        Assert.Matches("^Aa1[A-Za-z0-9]{32}$", first);
        Assert.Equal(first, again);
        Assert.EndsWith(" kept", later, StringComparison.Ordinal);
        Assert.DoesNotContain(first, later, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(own, "database-password")));
    }

    [Theory]
    [InlineData(0, "empty")]
    [InlineData(1, "not")]
    public async Task Volume_WithAnythingOnIt_IsNotFormatted(byte content, string found)
    {
        var bytes = new byte[2 << 20];
        bytes[4000] = content;
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "disk"), bytes);

        Assert.Equal(found, await RunAsync($"if is_empty '{folder.Path}/disk'; then printf empty; else printf not; fi"));
    }

    [Fact]
    public async Task Failure_TellsTheStep_AndNothingElse()
    {
        await RunAsync("STEP=start; (failed) || true");

        var signal = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder.Path, "signalled")))!;
        Assert.Equal(("FAILURE", "the step start failed; see /var/log/cloud-init-output.log on the instance", ""), ((string)signal["status"]!, (string)signal["reason"]!, (string)signal["data"]!));
    }

    private async Task<string> RunAsync(string command)
    {
        // In place of curl: a command that keeps what it is told to send. Its own file, so that two tests do not share it.
        var sender = Path.Combine(folder.Path, "sender");
        await File.WriteAllTextAsync(sender, $"last=${{@: -1}}; cp \"${{last#@}}\" '{folder.Path}/signalled'\n");
        var filled = Script
            .Replace("@SIGNAL@", $"bash '{sender}'", StringComparison.Ordinal).Replace("@HOSTNAME@", "harbor.lab.test", StringComparison.Ordinal)
            .Replace("@KEY@", key.ExportSubjectPublicKeyInfoPem(), StringComparison.Ordinal).Replace("/run/", folder.Path + "/", StringComparison.Ordinal);
        var file = Path.Combine(folder.Path, "user-data.sh");
        await File.WriteAllTextAsync(file, filled);
        var start = new ProcessStartInfo("/bin/bash", ["-c", $". '{file}'; {command}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HARBOR_FUNCTIONS"] = "only";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
