using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>
/// Reads a dashboard's JSON (Grafana's classic model, schema versions 6 to 41; also as Grafana's API and its "Share → Export" give it).
/// What the portal does not show is named in <see cref="GrafanaDashboard.Findings"/>.
/// </summary>
internal sealed class GrafanaReader
{
    /// <summary>A file may be so long.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>A dashboard may have so many panels.</summary>
    public const int MostPanels = 200;

    private const string Field = "json";
    private readonly Findings findings = new();
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);
    private int seen;

    private GrafanaReader()
    {
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="ClusterInvalidException">It is no dashboard, or too large; the field is <c>json</c>.</exception>
    public static GrafanaDashboard Read(string json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            throw Wrong("dashboard-empty");
        }

        if (json.Length > MostBytes || Encoding.UTF8.GetByteCount(json) > MostBytes)
        {
            throw Wrong("dashboard-too-long");
        }

        try
        {
            using var document = JsonDocument.Parse(json.TrimStart('\uFEFF'), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 64 });
            return new GrafanaReader().Dashboard(Unwrap(document.RootElement));
        }
        catch (JsonException e)
        {
            throw Wrong("dashboard-not-json", ("line", Text((e.LineNumber ?? 0) + 1)), ("column", Text((e.BytePositionInLine ?? 0) + 1)));
        }
    }

    private static ClusterInvalidException Wrong(string code, params (string Name, string Value)[] arguments) => new([FieldError.Of(Field, code, arguments)]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Grafana's API gives {"dashboard": …, "meta": …}; newer versions a resource with the same model as its spec.
    private static JsonElement Unwrap(JsonElement root)
    {
        if (root.At("spec", "elements").ValueKind is JsonValueKind.Object || root.At("elements").ValueKind is JsonValueKind.Object)
        {
            throw Wrong("dashboard-v2");
        }

        foreach (var inner in new[] { root.At("dashboard"), root.At("spec") })
        {
            if (inner.Has("panels") || inner.Has("rows"))
            {
                return inner;
            }
        }

        return root.Has("panels") || root.Has("rows") ? root : throw Wrong("dashboard-no-panels");
    }

    private GrafanaDashboard Dashboard(JsonElement root)
    {
        var variables = VariableReader.Read(root, findings);
        var rows = root.Has("panels") ? Rows(root) : OldRows(root);
        var unknown = new ReferenceCheck(variables, findings);
        foreach (var panel in rows.SelectMany(r => r.Panels))
        {
            unknown.Look(panel);
        }

        foreach (var annotation in root.Objects("annotations", "list").Where(a => !a.Is("builtIn") && a.Number("builtIn") is not 1 && a.Text("datasource") is not "-- Grafana --" && a.Text("datasource", "uid") is not "-- Grafana --"))
        {
            findings.Add("annotations", "", annotation.Text("name") ?? "");
        }

        if (root.Has("links"))
        {
            findings.Add("links", "", "");
        }

        var title = root.Text("title") is { Length: > 0 } named ? named : "";
        return new GrafanaDashboard(title.Length <= 200 ? title : title[..200], variables, rows, findings.All)
        {
            Range = root.Text("time", "from") is { Length: > 0 and < 40 } from ? (from, root.Text("time", "to") ?? "now") : null,
        };
    }

    // Panels stand in one list; those after a row belong to it, those of a closed row are inside it.
    private ImmutableArray<GrafanaRow> Rows(JsonElement root)
    {
        var rows = new List<(string Title, bool IsClosed, List<GrafanaPanel> Panels)> { ("", false, []) };
        foreach (var panel in root.Objects("panels").OrderBy(p => p.Number("gridPos", "y") ?? double.MaxValue))
        {
            if (panel.Text("type") is not "row")
            {
                Add(rows[^1].Panels, panel, Flow(rows[^1].Panels));
                continue;
            }

            if (panel.Text("repeat") is { Length: > 0 } by)
            {
                findings.Add("repeat", by, panel.Text("title") ?? "");
            }

            rows.Add((panel.Text("title") ?? "", panel.Is("collapsed"), []));
            foreach (var inner in panel.Objects("panels"))
            {
                Add(rows[^1].Panels, inner, Flow(rows[^1].Panels));
            }
        }

        return [.. rows.Where(r => r.Panels.Count > 0).Select(r => new GrafanaRow(r.Title, r.IsClosed, [.. r.Panels.OrderBy(p => p.Place.Y).ThenBy(p => p.Place.X)]))];
    }

    // Before schema version 16: rows of twelve columns, with a height in pixels.
    private ImmutableArray<GrafanaRow> OldRows(JsonElement root)
    {
        var rows = ImmutableArray.CreateBuilder<GrafanaRow>();
        foreach (var row in root.Objects("rows"))
        {
            var (panels, x, y) = (new List<GrafanaPanel>(), 0, 0);
            var height = Math.Clamp((int)((double.TryParse((row.Text("height") ?? "").Replace("px", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var pixels) ? pixels : 250) / 30), 2, 40);
            foreach (var panel in row.Objects("panels"))
            {
                var width = (panel.Whole("span", 1, 12) ?? 12) * 2;
                (x, y) = x + width > 24 ? (0, y + height) : (x, y);
                Add(panels, panel, new GrafanaPlace(x, y, width, height));
                x += width;
            }

            if (row.Text("repeat") is { Length: > 0 } by)
            {
                findings.Add("repeat", by, row.Text("title") ?? "");
            }

            if (panels.Count > 0)
            {
                rows.Add(new(row.At("showTitle").ValueKind is JsonValueKind.False && !row.Is("collapse") ? "" : row.Text("title") ?? "", row.Is("collapse"), [.. panels]));
            }
        }

        return rows.ToImmutable();
    }

    // Where a panel without a place goes: under the others, half as wide.
    private static GrafanaPlace Flow(List<GrafanaPanel> before) => new(0, before.Count == 0 ? 0 : before.Max(p => p.Place.Y + p.Place.Height), 12, 8);

    private void Add(List<GrafanaPanel> panels, JsonElement panel, GrafanaPlace place)
    {
        if (++seen > MostPanels)
        {
            throw Wrong("dashboard-too-many", ("most", Text(MostPanels)));
        }

        if (PanelReader.Read(panel, place, findings) is { } read)
        {
            var id = panel.Number("id") is { } number and > 0 ? Text((long)number) : "";
            panels.Add(read with { Id = id.Length > 0 && ids.Add(id) ? id : $"p{seen}" });
        }
    }
}
