using System.Text;
using System.Text.Json;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Answers that a real Prometheus 2.42 gave.</summary>
internal static class Recorded
{
    public static string? Folder => RepositoryPaths.Shared is { } shared && Path.Combine(shared, "recordings", "prometheus") is var folder && Directory.Exists(folder) ? folder : null;

    public static (int Status, byte[] Body) Find(string name)
    {
        Skip.If(Folder is null, "The recordings are not beside this checkout.");
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder!, name + ".json")));
        var response = document.RootElement.GetProperty("response");
        return (response.GetProperty("status").GetInt32(), Encoding.UTF8.GetBytes(response.GetProperty("body").GetString()!));
    }

    /// <summary>Whether Debian's Prometheus and the data set are here.</summary>
    public static string? WhyNoRealPrometheus => !File.Exists("/usr/bin/prometheus") ? "Prometheus is not installed (apt-get install prometheus)."
        : RepositoryPaths.Shared is not { } shared || !File.Exists(Path.Combine(shared, "data", "metrics", "tsdb-24h.tar.gz")) ? "The metrics data set is not beside this checkout." : null;
}
