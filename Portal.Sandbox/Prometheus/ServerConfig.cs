using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus;

/// <summary>The configuration of a Prometheus as its pod mounts it: <c>prometheus.yml</c> and the files beside it.</summary>
/// <param name="Text">The configuration's text.</param>
/// <param name="Main">The same, read.</param>
/// <param name="Files">The other mounted files, by the path in the container.</param>
/// <param name="Version">Changes when any of it does.</param>
internal sealed record ServerConfig(string Text, JsonObject? Main, IReadOnlyDictionary<string, string> Files, string Version)
{
    public long ScrapeInterval => Milliseconds("global.scrape_interval");

    public long EvaluationInterval => Milliseconds("global.evaluation_interval");

    public IEnumerable<KeyValuePair<string, string>> ExternalLabels => Main.Map("global.external_labels");

    /// <summary>Reads what the pod mounts now.</summary>
    public static ServerConfig Of(PodPlace place, ServerConfig? before)
    {
        var store = place.Cluster.Store;
        var pod = store.Find("pods", place.Namespace, place.Pod);
        var mounts = pod?.Body.Items("spec.containers").SelectMany(c => c.Items("volumeMounts")).ToLookup(m => m.Str("name"), m => m.Str("mountPath"), StringComparer.Ordinal);
        var maps = pod?.Body.Items("spec.volumes").Select(v => (Mount: mounts?[v.Str("name")].FirstOrDefault() ?? string.Empty, Map: store.Find("configmaps", place.Namespace, v.Str("configMap.name")))).Where(m => m.Map is not null).ToList() ?? [];
        var version = string.Join(',', maps.Select(m => $"{m.Mount}={m.Map!.Version}"));
        if (before?.Version == version)
        {
            return before;
        }

        var files = maps.SelectMany(m => m.Map!.Body.Map("data").Select(d => KeyValuePair.Create($"{m.Mount.TrimEnd('/')}/{d.Key}", d.Value))).DistinctBy(f => f.Key).ToDictionary(StringComparer.Ordinal);
        var main = files.FirstOrDefault(f => f.Key.EndsWith("/prometheus.yml", StringComparison.Ordinal));
        return new ServerConfig(main.Value ?? string.Empty, Read(main.Value ?? string.Empty), files.Where(f => f.Key != main.Key).ToDictionary(StringComparer.Ordinal), version);
    }

    /// <summary>Gives the rule files that the configuration names, by path.</summary>
    public IEnumerable<KeyValuePair<string, string>> RuleFiles()
    {
        var patterns = Main.Strings("rule_files");
        return Files.Where(f => patterns.Any(p => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(p, f.Key, ignoreCase: false))).OrderBy(f => f.Key, StringComparer.Ordinal);
    }

    private static JsonObject? Read(string text)
    {
        try
        {
            return text.Length == 0 ? null : Yaml.Parse(text);
        }
        catch (KubeException)
        {
            return null;
        }
    }

    private long Milliseconds(string path) => PromNumber.Duration(Main.Str(path)) is { } given and > 0 ? given : 60_000;
}
