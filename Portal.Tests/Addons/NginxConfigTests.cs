using System.Diagnostics;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>What is rendered for nginx is read by nginx' own program.</summary>
[Trait("lane", "real")]
public sealed class NginxConfigTests
{
    [Fact]
    public async Task DefaultBackendsFile_ReadByNginx_IsValid_AndABrokenOneIsNot()
    {
        var parameters = new AddonParameters { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };
        var map = new AddonCatalog().Render("default-backend", parameters).Single(o => o["kind"]!.GetValue<string>() == "ConfigMap");
        var text = map["data"]!["nginx.conf"]!.GetValue<string>();

        var (code, said) = await TestAsync(text);

        Assert.True(code == 0, said);
        Assert.NotEqual(0, (await TestAsync(text.Replace("return 404", "retrun 404", StringComparison.Ordinal))).Code);
    }

    private static async Task<(int Code, string Said)> TestAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, text.Replace("/tmp/", folder + "/", StringComparison.Ordinal));
        // Debian keeps it where only root's path leads.
        var program = File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
        using var process = Process.Start(new ProcessStartInfo(program, ["-t", "-p", folder, "-c", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }
}
