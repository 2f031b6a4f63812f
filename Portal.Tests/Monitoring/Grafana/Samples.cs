using System.Collections.Immutable;
using Portal.Core.Monitoring.Grafana;
using Portal.Core.Monitoring.Metrics;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>
/// Three dashboards of our own in the form of well-known public ones: of nodes (Node Exporter Full), of a cluster's resources (the
/// kubernetes-mixin, in the old form with rows), of an ingress controller (Traefik, as Grafana's API gives it).
/// </summary>
internal static class Samples
{
    public static readonly ImmutableArray<string> All = ["node", "cluster", "ingress"];

    public static string Json(string name) => File.ReadAllText(Path.Combine(RepositoryPaths.Root, "Portal.Tests", "Monitoring", "Grafana", "Dashboards", name + ".json"));

    public static GrafanaDashboard Read(string name) => GrafanaReader.Read(Json(name));

    /// <summary>Makes a dashboard of one panel.</summary>
    public static string Panel(string panel, string variables = "") => $$"""{ "title": "One", "templating": { "list": [{{variables}}] }, "panels": [{{panel}}] }""";

    /// <summary>Makes a filler over variables.</summary>
    public static Filler Over(params GrafanaChoice[] choices) => new(choices.ToDictionary(c => c.Variable.Name), new RangeWindow(3600, 7200, 15));

    public static GrafanaChoice Query(string name, bool isMulti, bool hasAll, string? allValue, string[] options, params string[] values) =>
        new(new GrafanaVariable(name, GrafanaVariableKind.Query, "label_values(x)") { IsMulti = isMulti, HasAll = hasAll, AllValue = allValue }, [.. options.Select(o => new GrafanaOption(o, o))], [.. values]);

    public static GrafanaChoice Custom(string name, string[] options, params string[] values) =>
        new(new GrafanaVariable(name, GrafanaVariableKind.Custom, string.Join(',', options)) { Options = [.. options.Select(o => new GrafanaOption(o, o))] }, [.. options.Select(o => new GrafanaOption(o, o))], [.. values]);

    public static GrafanaChoice Text(string name, string value) =>
        new(new GrafanaVariable(name, GrafanaVariableKind.TextBox, "") { Options = [new("", "")] }, [], [value]);
}
