using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Reads one panel.</summary>
internal static class PanelReader
{
    private const int MostQueries = 26;
    private const int LongestText = 20_000;

    /// <summary>Reads it; null for one that is not shown, which is named then.</summary>
    public static GrafanaPanel? Read(JsonElement json, GrafanaPlace flow, Findings findings)
    {
        var type = json.Text("type") ?? "";
        var title = json.Text("title") ?? "";
        var named = title.Length > 0 ? title : type;
        if (json.Has("libraryPanel") && !json.Has("targets"))
        {
            findings.Add("panel-library", json.Text("libraryPanel", "name") ?? "", named);
            return null;
        }

        if (KindOf(type, json) is not { } kind)
        {
            findings.Add("panel-kind", type.Length > 0 ? type : "?", named);
            return null;
        }

        var panel = new GrafanaPanel("", kind, title, Place(json, flow)) { Description = json.Text("description") ?? "" };
        if (kind is GrafanaPanelKind.Text)
        {
            return Text(panel, json, findings);
        }

        var queries = Queries(json, named, findings);
        if (queries.IsEmpty)
        {
            return null;
        }

        Differences(json, kind, named, findings);
        return LookReader.Read(panel with { Queries = queries, LeastStep = LeastStep(json) }, json, named, findings);
    }

    private static GrafanaPanelKind? KindOf(string type, JsonElement json) => type switch
    {
        "timeseries" or "graph" => GrafanaPanelKind.TimeSeries,
        "singlestat" or "grafana-singlestat-panel" => json.Is("gauge", "show") ? GrafanaPanelKind.Gauge : GrafanaPanelKind.Stat,
        "stat" => GrafanaPanelKind.Stat,
        "gauge" => GrafanaPanelKind.Gauge,
        "bargauge" => GrafanaPanelKind.BarGauge,
        "table" or "table-old" => GrafanaPanelKind.Table,
        "text" => GrafanaPanelKind.Text,
        _ => null,
    };

    private static GrafanaPlace Place(JsonElement json, GrafanaPlace flow)
    {
        if (!json.Has("gridPos"))
        {
            return flow;
        }

        var at = json.At("gridPos");
        var width = at.Whole("w", 1, 24) ?? 12;
        return new(Math.Min(at.Whole("x", 0, 23) ?? 0, 24 - width), at.Whole("y", 0, 100_000) ?? 0, width, at.Whole("h", 1, 100) ?? 8);
    }

    private static GrafanaPanel Text(GrafanaPanel panel, JsonElement json, Findings findings)
    {
        var mode = json.Text("options", "mode") ?? json.Text("mode") ?? "markdown";
        var content = json.Text("options", "content") ?? json.Text("content") ?? "";
        if (mode is "html")
        {
            findings.Add("text-html", "html", panel.Title);
        }

        return panel with { Content = content.Length <= LongestText ? content : content[..LongestText], IsMarkdown = mode is "markdown" };
    }

    private static ImmutableArray<GrafanaQuery> Queries(JsonElement json, string named, Findings findings)
    {
        var all = ImmutableArray.CreateBuilder<GrafanaQuery>();
        var (hidden, foreign) = (0, 0);
        foreach (var target in json.Objects("targets"))
        {
            if (target.Is("hide"))
            {
                hidden++;
            }
            else if (!Sources.IsPrometheus(target.At("datasource")) || !Sources.IsPrometheus(json.At("datasource")) || target.Text("expr") is not { Length: > 0 } expression)
            {
                foreign++;
                findings.Add(target.Text("type") is "math" or "reduce" or "resample" or "classic_conditions" ? "query-math" : "query-source", Sources.Name(target, json), named);
            }
            else if (all.Count < MostQueries)
            {
                var isTable = target.Text("format") is "table";
                all.Add(new(target.Text("refId") ?? ((char)('A' + all.Count)).ToString(CultureInfo.InvariantCulture), expression, target.Text("legendFormat") is { } legend and not "__auto" ? legend : "", target.Is("instant") || (isTable && json.Text("type") is "table" && !target.Is("range"))));
            }
        }

        if (all.Count == 0 && foreign == 0)
        {
            findings.Add("panel-empty", hidden > 0 ? "hidden" : "", named);
        }

        return all.ToImmutable();
    }

    private static int LeastStep(JsonElement json) =>
        Math.Max(VariableReader.Seconds(json.Text("interval")), json.Objects("targets").Where(t => !t.Is("hide")).Select(t => VariableReader.Seconds(t.Text("interval"))).DefaultIfEmpty().Max());

    private static void Differences(JsonElement json, GrafanaPanelKind kind, string named, Findings findings)
    {
        if (json.Text("repeat") is { Length: > 0 } by)
        {
            findings.Add("repeat", by, named);
        }

        if (kind is GrafanaPanelKind.TimeSeries && (json.Is("stack") || json.Text("fieldConfig", "defaults", "custom", "stacking", "mode") is "normal" or "percent"))
        {
            findings.Add("stacking", "", named);
        }

        if (kind is GrafanaPanelKind.TimeSeries && (json.Text("fieldConfig", "defaults", "custom", "drawStyle") is "bars" || (json.Is("bars") && !json.Is("lines"))))
        {
            findings.Add("bars", "", named);
        }

        if (json.Text("timeFrom") is { Length: > 0 } || json.Text("timeShift") is { Length: > 0 })
        {
            findings.Add("time-shift", json.Text("timeShift") ?? json.Text("timeFrom") ?? "", named);
        }

        if (json.Has("alert"))
        {
            findings.Add("alert", "", named);
        }

        foreach (var step in json.Objects("transformations").Where(t => !t.Is("disabled")))
        {
            if (step.Text("id") is not ("organize" or "merge" or "joinByField" or "seriesToColumns" or "seriesToRows") || kind is not GrafanaPanelKind.Table)
            {
                findings.Add("transformation", step.Text("id") ?? "?", named);
            }
        }
    }
}
