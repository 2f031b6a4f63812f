using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Makes a table of a panel's answers: a row for each set of labels, a column for each label and each query.</summary>
internal static class TableMaker
{
    private const int MostRows = 500;
    private const int MostColumns = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes it.</summary>
    public static GrafanaTable Make(GrafanaPanel panel, ImmutableArray<PanelAnswer> answers)
    {
        var rows = new Dictionary<MetricLabels, double[]>();
        foreach (var answer in answers)
        {
            foreach (var series in answer.Series)
            {
                var labels = new MetricLabels([.. series.Labels.Pairs.Where(p => p.Key != "__name__")]);
                if (!rows.TryGetValue(labels, out var values))
                {
                    rows.Add(labels, values = [.. Enumerable.Repeat(double.NaN, panel.Queries.Length)]);
                }

                values[answer.Query] = Reduction.Of(series.Values, panel.Reduce);
            }
        }

        var columns = Columns(panel, rows.Keys);
        var ordered = rows.OrderBy(r => r.Key.ToString(), StringComparer.Ordinal).ToList();
        return new GrafanaTable(
            [.. columns.Select(c => (c.Name, c.Unit?.Unit))],
            [.. ordered.Take(MostRows).Select(r => columns.Select(c => Cell(panel, c, r.Key, r.Value)).ToImmutableArray())],
            Math.Max(0, ordered.Count - MostRows));
    }

    private static List<Column> Columns(GrafanaPanel panel, IEnumerable<MetricLabels> rows)
    {
        var labels = rows.SelectMany(l => l.Pairs.Select(p => p.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(l => new Column(l, l, null, -1));
        var numbers = panel.Queries.Select((q, at) => new Column(panel.Queries.Length == 1 ? "Value" : $"Value #{q.RefId}", "", panel.Unit, at));
        return [.. labels.Concat(numbers).Select((c, at) => (Column: With(panel, c), Order: OrderOf(panel, c) ?? 1000 + at)).Where(c => c.Column is not null).OrderBy(c => c.Order).Select(c => c.Column!).Take(MostColumns)];
    }

    private static Column? With(GrafanaPanel panel, Column column)
    {
        // Rules name a column by its own name, or by the one that an earlier rule gave it.
        var rules = panel.Columns.Where(c => Suits(c.Pattern, column)).ToList();
        if (rules.FirstOrDefault(r => r.Name is not null)?.Name is { } renamed)
        {
            rules.AddRange(panel.Columns.Where(c => c.Pattern == renamed));
        }

        if (rules.Any(r => r.IsHidden))
        {
            return null;
        }

        var shown = rules.LastOrDefault(r => r.Name is not null)?.Name ?? (column.Query < 0 ? column.Name : panel.Queries[column.Query].Legend is { Length: > 0 } legend && !legend.Contains("{{", StringComparison.Ordinal) ? legend : column.Name);
        return column with { Name = shown, Unit = column.Query < 0 ? null : rules.LastOrDefault(r => r.Unit is not null)?.Unit ?? column.Unit };
    }

    private static int? OrderOf(GrafanaPanel panel, Column column) => panel.Columns.FirstOrDefault(c => c.Order is not null && Suits(c.Pattern, column))?.Order;

    private static bool Suits(string pattern, Column column)
    {
        if (pattern == column.Name || (pattern == "Value" && column.Name == "Value #A"))
        {
            return true;
        }

        if (pattern is not ['/', .., '/'] || pattern.Length < 3)
        {
            return false;
        }

        try
        {
            return Regex.IsMatch(column.Name, pattern[1..^1], RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static GrafanaCell Cell(GrafanaPanel panel, Column column, MetricLabels labels, double[] values)
    {
        if (column.Query < 0)
        {
            return new(labels[column.Label], double.NaN);
        }

        var value = values[column.Query];
        return new(panel.Mappings.FirstOrDefault(m => m.Suits(value))?.Text, value * (column.Unit?.Factor ?? 1));
    }

    private sealed record Column(string Name, string Label, GrafanaUnit? Unit, int Query);
}
