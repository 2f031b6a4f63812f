using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Reads the variables of a dashboard, and the constants that an exported one asks for.</summary>
internal static class VariableReader
{
    private const int Most = 60;
    private const int LongestList = 500;

    /// <summary>Reads them.</summary>
    public static ImmutableArray<GrafanaVariable> Read(JsonElement root, Findings findings)
    {
        var all = new List<GrafanaVariable>();
        foreach (var input in root.Objects("__inputs"))
        {
            if (input.Text("name") is { Length: > 0 } name && PromQl.IsLabelName(name))
            {
                var isSource = input.Text("type") is "datasource";
                all.Add(new(name, isSource ? GrafanaVariableKind.DataSource : GrafanaVariableKind.Constant, isSource ? "prometheus" : input.Text("value") ?? "") { IsHidden = true });
            }
        }

        foreach (var variable in root.Objects("templating", "list"))
        {
            if (variable.Text("name") is { Length: > 0 } name && PromQl.IsLabelName(name) && all.All(v => v.Name != name) && all.Count < Most && Variable(variable, name, findings) is { } read)
            {
                all.Add(read);
            }
        }

        return [.. all];
    }

    /// <summary>Reads a length of time as Grafana writes it, in seconds; 0 for none.</summary>
    public static int Seconds(string? text)
    {
        var trimmed = (text ?? "").Trim().TrimStart('>', '=').Trim();
        if (trimmed.EndsWith("ms", StringComparison.Ordinal))
        {
            return int.TryParse(trimmed[..^2], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? Math.Max(1, milliseconds / 1000) : 0;
        }

        var unit = trimmed.Length > 0 ? trimmed[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, 'w' => 604_800, _ => 0 } : 0;
        return unit > 0 && int.TryParse(trimmed[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? (int)Math.Min((long)count * unit, 315_360_000) : 0;
    }

    private static GrafanaVariableKind? KindOf(string? type) => type switch
    {
        "query" => GrafanaVariableKind.Query,
        "custom" => GrafanaVariableKind.Custom,
        "interval" => GrafanaVariableKind.Interval,
        "constant" => GrafanaVariableKind.Constant,
        "textbox" => GrafanaVariableKind.TextBox,
        "datasource" => GrafanaVariableKind.DataSource,
        _ => null,
    };

    private static GrafanaVariable? Variable(JsonElement json, string name, Findings findings)
    {
        var kind = KindOf(json.Text("type"));
        var definition = json.At("query").ValueKind is JsonValueKind.Object ? json.Text("query", "query") ?? json.Text("query", "expr") : json.Text("query");
        if (kind is null)
        {
            findings.Add("variable-kind", json.Text("type") ?? "?", name);
            return null;
        }

        if ((kind is GrafanaVariableKind.Query && (string.IsNullOrWhiteSpace(definition ?? json.Text("definition")) || !Sources.IsPrometheus(json.At("datasource"))))
            || (kind is GrafanaVariableKind.DataSource && definition is not (null or "" or "prometheus")))
        {
            findings.Add("variable-query", json.Text("datasource", "type") ?? definition ?? "", name);
            return null;
        }

        return new GrafanaVariable(name, kind.Value, definition ?? json.Text("definition") ?? "")
        {
            Label = json.Text("label") is { Length: > 0 } label ? label : name,
            Pattern = json.Text("regex") ?? "",
            IsMulti = json.Is("multi"),
            HasAll = json.Is("includeAll"),
            AllValue = json.Text("allValue") is { Length: > 0 } value ? value : null,
            IsHidden = json.Number("hide") is 2 || json.Text("hide") is "hideVariable" || kind is GrafanaVariableKind.Constant or GrafanaVariableKind.DataSource,
            Order = json.Whole("sort", 0, 8) ?? 0,
            Options = Options(json, kind.Value, definition ?? ""),
            Current = [.. json.Texts("current", "value").Take(100)],
            AutoParts = json.Whole("auto_count", 1, 500) ?? 30,
            AutoLeast = Math.Max(1, Seconds(json.Text("auto_min"))),
        };
    }

    // The list itself counts; "options" is what Grafana made of it when it was saved.
    private static ImmutableArray<GrafanaOption> Options(JsonElement json, GrafanaVariableKind kind, string definition)
    {
        if (kind is GrafanaVariableKind.Constant or GrafanaVariableKind.TextBox)
        {
            return [new(definition, definition)];
        }

        if (kind is not (GrafanaVariableKind.Custom or GrafanaVariableKind.Interval))
        {
            return [];
        }

        var listed = Split(definition).Select(part => part.Split(" : ", 2) is [var text, var value] && kind is GrafanaVariableKind.Custom ? new GrafanaOption(value.Trim(), text.Trim()) : new GrafanaOption(part, part)).Take(LongestList).ToList();
        if (kind is GrafanaVariableKind.Interval && (json.Is("auto") || listed.Any(o => o.Value == "auto")))
        {
            listed.RemoveAll(o => o.Value == "auto");
            listed.Insert(0, new(GrafanaVariable.Auto, "auto"));
        }

        return [.. listed.DistinctBy(o => o.Value)];
    }

    // Commas part values; one after a backslash belongs to its value.
    private static IEnumerable<string> Split(string list) =>
        list.Replace("\\,", "\u0001", StringComparison.Ordinal).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(p => p.Replace('\u0001', ',').Trim('"'));
}
