using System.Diagnostics;
using System.Text.RegularExpressions;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>What is rendered for Prometheus is read by Prometheus' own program.</summary>
[Trait("lane", "real")]
public sealed class PrometheusConfigTests
{
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };

    [Theory]
    [InlineData("")]
    [InlineData("https://portal.example.test/api/alertmanager/webhook?cluster=1")]
    public async Task AlertmanagersFile_ReadByAmtool_IsValid(string webhookUrl)
    {
        var site = new AddonsOptions();
        site.Parameters["alertmanager"] = new() { ["webhookUrl"] = webhookUrl };
        var text = new AddonCatalog(site).Render("alertmanager", Parameters).Single(o => o["kind"]!.GetValue<string>() == "ConfigMap")["data"]!["alertmanager.yml"]!.GetValue<string>();
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, "alertmanager.yml");
        await File.WriteAllTextAsync(file, text);

        var (code, said) = await RunAsync("amtool", "check-config", file);

        Assert.True(code == 0, said);
        Assert.Equal(webhookUrl.Length > 0, text.Contains("webhook_configs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prometheus-config", "prometheus.yml", "config")]
    [InlineData("prometheus-rules", "platform.yml", "rules")]
    public async Task RenderedFile_ReadByPromtool_IsValid(string configMap, string key, string kind)
    {
        var map = new AddonCatalog().Render("prometheus", Parameters).Single(o => o["metadata"]!["name"]!.GetValue<string>() == configMap);
        var file = Path.Combine(Directory.CreateTempSubdirectory().FullName, key);
        await File.WriteAllTextAsync(file, ForDebian(map["data"]![key]!.GetValue<string>()));

        var (code, said) = await RunAsync("promtool", ["check", kind, file, .. kind == "config" ? new[] { "--syntax-only" } : []]);

        Assert.True(code == 0, said);
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    /// <summary>
    /// Debian builds Prometheus without discovery in Kubernetes, so those blocks become static ones here; all relabelling
    /// is checked as it is. The rules' place exists in the pod only.
    /// </summary>
    private static string ForDebian(string text) => Regex.Replace(text, @"^( +)kubernetes_sd_configs:\n(?:\1 +.*\n)+", "$1static_configs: [{targets: ['localhost:1']}]\n", RegexOptions.Multiline)
        .Replace("/etc/prometheus/rules/*.yml", "rules-*.yml", StringComparison.Ordinal).Replace("/etc/prometheus/portal-rules/*.yml", "portal-rules-*.yml", StringComparison.Ordinal);
}
