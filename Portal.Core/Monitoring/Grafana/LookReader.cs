using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Reads how a panel shows its numbers: unit, thresholds, texts, columns; in the form since 7.0 (<c>fieldConfig</c>) and before.</summary>
internal static class LookReader
{
    private static readonly ImmutableHashSet<string> Reductions = ["lastNotNull", "last", "firstNotNull", "first", "min", "max", "mean", "sum", "count", "range", "delta", "diff"];

    /// <summary>Reads it.</summary>
    public static GrafanaPanel Read(GrafanaPanel panel, JsonElement json, string named, Findings findings)
    {
        var defaults = json.At("fieldConfig", "defaults");
        var isOld = defaults.ValueKind is not JsonValueKind.Object || json.Text("type") is "graph" or "singlestat" or "table-old";
        var unit = isOld ? json.Text("format") ?? (json.Objects("yaxes").FirstOrDefault() is { ValueKind: JsonValueKind.Object } axis ? axis.Text("format") : null) ?? json.Texts("y_formats").FirstOrDefault() ?? defaults.Text("unit") : defaults.Text("unit");
        var read = panel with
        {
            Unit = Unit(unit, named, findings),
            Decimals = (isOld ? json : defaults).Whole("decimals", 0, 10),
            Reduce = Reduction(json, named, findings),
            Mappings = Mappings(json, defaults),
            Columns = panel.Kind is GrafanaPanelKind.Table ? Columns(json, named, findings) : [],
        };
        return isOld ? Old(read, json) : read with
        {
            Least = defaults.Number("min"),
            Greatest = defaults.Number("max"),
            Thresholds = Steps(defaults),
            ThresholdsArePercent = defaults.Text("thresholds", "mode") is "percentage",
            DrawsThresholds = defaults.Text("custom", "thresholdsStyle", "mode") is { } style && style != "off",
            IsArea = defaults.Number("custom", "fillOpacity") > 0,
        };
    }

    private static GrafanaUnit Unit(string? id, string named, Findings findings)
    {
        var unit = GrafanaUnits.Find(id);
        if (unit is null)
        {
            findings.Add("unit", id!, named);
        }

        return unit ?? GrafanaUnit.Plain;
    }

    private static GrafanaPanel Old(GrafanaPanel panel, JsonElement json)
    {
        var isGraph = json.Text("type") is "graph";
        return panel with
        {
            Least = isGraph ? null : json.Number("gauge", "minValue"),
            Greatest = isGraph ? null : json.Number("gauge", "maxValue"),
            Thresholds = isGraph
                ? [.. json.Objects("thresholds").Where(t => t.Number("value") is not null).Select(t => new GrafanaThreshold(t.Number("value")!.Value, t.Text("colorMode") switch { "critical" => GrafanaLevel.Bad, "warning" => GrafanaLevel.Warning, "ok" => GrafanaLevel.Good, _ => GrafanaLevel.Plain })).OrderBy(t => t.From)]
                : OldSteps(json),
            DrawsThresholds = isGraph && json.Has("thresholds"),
            IsArea = isGraph && json.Number("fill") > 0,
        };
    }

    // "85,95" and three colours: below, between, above.
    private static ImmutableArray<GrafanaThreshold> OldSteps(JsonElement json)
    {
        var colours = json.Texts("colors");
        var values = (json.Text("thresholds") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN).Where(double.IsFinite).ToList();
        return values.Count == 0 || !(json.Is("colorValue") || json.Is("colorBackground") || json.Is("gauge", "show")) ? []
            : [.. values.Prepend(double.NegativeInfinity).Select((from, at) => new GrafanaThreshold(from, at < colours.Length ? Colours.Level(colours[at]) : GrafanaLevel.Plain))];
    }

    private static ImmutableArray<GrafanaThreshold> Steps(JsonElement defaults) =>
        [.. defaults.Objects("thresholds", "steps").Select((s, at) => new GrafanaThreshold(s.Number("value") ?? (at == 0 ? double.NegativeInfinity : 0), Colours.Level(s.Text("color")))).OrderBy(t => t.From)];

    private static string Reduction(JsonElement json, string named, Findings findings)
    {
        var calc = json.Texts("options", "reduceOptions", "calcs").FirstOrDefault() ?? json.Texts("options", "fieldOptions", "calcs").FirstOrDefault() ?? json.Text("valueName") switch
        {
            "avg" => "mean",
            "min" => "min",
            "max" => "max",
            "total" => "sum",
            "first" => "first",
            "range" => "range",
            "delta" or "diff" => "diff",
            null or "current" => "lastNotNull",
            var other => other,
        };
        if (Reductions.Contains(calc))
        {
            return calc;
        }

        findings.Add("reduction", calc, named);
        return "lastNotNull";
    }

    private static ImmutableArray<GrafanaMapping> Mappings(JsonElement json, JsonElement defaults)
    {
        var all = ImmutableArray.CreateBuilder<GrafanaMapping>();
        foreach (var mapping in defaults.Objects("mappings"))
        {
            all.AddRange(mapping.Text("type") switch
            {
                "value" => mapping.Properties("options").Select(o => One(o.Name, o.Value.Text("text"))),
                "range" => [Between(mapping.Number("options", "from"), mapping.Number("options", "to"), mapping.Text("options", "result", "text"))],
                "special" when mapping.Text("options", "match") is "null" or "nan" or "null+nan" or "empty" => [new GrafanaMapping(double.NaN, double.NaN, mapping.Text("options", "result", "text") ?? "")],
                "1" => [One(mapping.Text("value"), mapping.Text("text"))],
                "2" => [Between(mapping.Number("from"), mapping.Number("to"), mapping.Text("text"))],
                _ => [],
            });
        }

        all.AddRange(json.Objects("valueMaps").Select(m => One(m.Text("value"), m.Text("text"))));
        all.AddRange(json.Objects("rangeMaps").Where(m => m.Number("from") is not null).Select(m => Between(m.Number("from"), m.Number("to"), m.Text("text"))));
        return [.. all.Where(m => m.Text.Length is > 0 and <= 200).Take(200)];
    }

    private static GrafanaMapping One(string? value, string? text) => value is "null"
        ? new(double.NaN, double.NaN, text ?? "")
        : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new(number, number, text ?? "") : new(0, 0, "");

    private static GrafanaMapping Between(double? from, double? to, string? text) => new(from ?? double.NegativeInfinity, to ?? double.PositiveInfinity, text ?? "");

    private static ImmutableArray<GrafanaColumn> Columns(JsonElement json, string named, Findings findings)
    {
        var all = ImmutableArray.CreateBuilder<GrafanaColumn>();
        foreach (var options in json.Objects("transformations").Where(t => t.Text("id") is "organize").Select(t => t.At("options")))
        {
            var order = options.Properties("indexByName").GroupBy(p => p.Name).ToDictionary(g => g.Key, g => (int?)(int)Math.Clamp(g.Last().Value.Number() ?? 0, 0, 1000), StringComparer.Ordinal);
            all.AddRange(options.Properties("renameByName").Where(p => p.Value.Text() is { Length: > 0 }).Select(p => new GrafanaColumn(p.Name, p.Value.Text(), null, false, null)));
            all.AddRange(options.Properties("excludeByName").Where(p => p.Value.Is()).Select(p => new GrafanaColumn(p.Name, null, null, true, null)));
            all.AddRange(order.Select(o => new GrafanaColumn(o.Key, null, null, false, o.Value)));
        }

        foreach (var rule in json.Objects("fieldConfig", "overrides").Where(o => o.Text("matcher", "id") is "byName" or "byRegexp" or "byFrameRefID"))
        {
            var pattern = rule.Text("matcher", "options") ?? "";
            var properties = rule.Objects("properties").GroupBy(p => p.Text("id") ?? "").ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            all.Add(new(
                rule.Text("matcher", "id") switch { "byRegexp" => pattern.StartsWith('/') ? pattern : $"/{pattern}/", "byFrameRefID" => $"Value #{pattern}", _ => pattern },
                properties.TryGetValue("displayName", out var name) ? name.Text("value") : null,
                properties.TryGetValue("unit", out var unit) ? Unit(unit.Text("value"), named, findings) : null,
                properties.TryGetValue("custom.hidden", out var hidden) && hidden.Is("value"),
                null));
        }

        foreach (var style in json.Objects("styles").Where(s => s.Text("pattern") is { Length: > 0 } pattern && pattern is not ("/.*/" or "Time")))
        {
            all.Add(new(style.Text("pattern")!, style.Text("alias") is { Length: > 0 } alias ? alias : null, style.Text("type") is "number" ? Unit(style.Text("unit"), named, findings) : null, style.Text("type") is "hidden", null));
        }

        return all.ToImmutable();
    }
}
