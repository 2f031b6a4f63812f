using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Finds what can be chosen for a dashboard's variables, one after the other: a query may name those that it depends on.</summary>
internal sealed class VariableValues(IClusterMetrics metrics)
{
    /// <summary>So many values can be chosen from.</summary>
    public const int Most = 1000;

    private const int MostChosen = 100;
    private const int LongestValue = 1000;

    /// <summary>Gives them in the dashboard's order. What Prometheus does not answer is said with the variable.</summary>
    public async Task<ImmutableArray<GrafanaChoice>> ResolveAsync(
        Scope scope, ClusterKey cluster, GrafanaDashboard dashboard, IReadOnlyDictionary<string, ImmutableArray<string>> wanted, RangeWindow window, CancellationToken cancellationToken)
    {
        var done = new Dictionary<string, GrafanaChoice>(StringComparer.Ordinal);
        var left = dashboard.Variables.ToList();
        while (left.Count > 0)
        {
            // Those that name each other in a circle are asked as they are.
            var ready = left.Where(v => !DependsOn(v).Any(n => n != v.Name && left.Any(l => l.Name == n))).ToList();
            var now = ready.Count > 0 ? ready : left.Take(1).ToList();
            var answers = await Task.WhenAll(now.Select(v => OneAsync(scope, cluster, v, wanted.GetValueOrDefault(v.Name, []), new Filler(done, window), window, cancellationToken))).ConfigureAwait(false);
            foreach (var choice in answers)
            {
                done[choice.Variable.Name] = choice;
            }

            left.RemoveAll(now.Contains);
        }

        return [.. dashboard.Variables.Select(v => done[v.Name])];
    }

    private static IEnumerable<string> DependsOn(GrafanaVariable variable) =>
        variable.Kind is GrafanaVariableKind.Query or GrafanaVariableKind.Constant ? References.Names(variable.Definition).Concat(References.Names(variable.Pattern)) : [];

    private async Task<GrafanaChoice> OneAsync(
        Scope scope, ClusterKey cluster, GrafanaVariable variable, ImmutableArray<string> wanted, Filler filler, RangeWindow window, CancellationToken cancellationToken)
    {
        var asked = wanted.IsDefault ? [] : wanted.Where(v => v.Length <= LongestValue).Take(MostChosen).ToImmutableArray();
        switch (variable.Kind)
        {
            case GrafanaVariableKind.DataSource:
                return new(variable, [new(cluster.ClusterId, cluster.ClusterId)], [cluster.ClusterId]);
            case GrafanaVariableKind.Constant:
                return new(variable, variable.Options, [filler.Words(variable.Definition)]);
            case GrafanaVariableKind.TextBox:
                return new(variable, variable.Options, [asked.FirstOrDefault() ?? variable.Current.FirstOrDefault() ?? variable.Definition]);
            case GrafanaVariableKind.Query:
                break;
            default:
                // The list is the dashboard's; what the address has and the list has not is not taken.
                return new(variable, variable.Options, Chosen(variable, variable.Options, [.. asked.Where(v => v == GrafanaVariable.All || variable.Options.Any(o => o.Value == v))]));
        }

        try
        {
            var found = await AskAsync(scope, cluster, VariableQuery.Parse(filler.Query(variable.Definition, 0)), window, cancellationToken).ConfigureAwait(false);
            var options = OptionList.Of(found, filler.Words(variable.Pattern), variable.Order);
            return new(variable, [.. options.Take(Most)], Chosen(variable, options, asked)) { LeftOut = Math.Max(0, options.Count - Most) };
        }
        catch (BackendException e)
        {
            return new(variable, [], Chosen(variable, [], asked)) { Failure = e };
        }
    }

    // What the address says; else what was chosen when the file was made, where it is still there; else all or the first.
    private static ImmutableArray<string> Chosen(GrafanaVariable variable, IReadOnlyList<GrafanaOption> options, ImmutableArray<string> asked)
    {
        var all = variable.HasAll ? GrafanaVariable.All : null;
        if (all is not null && asked.Contains(all))
        {
            return [all];
        }

        var kept = asked.Where(v => v != GrafanaVariable.All).Take(variable.IsMulti ? MostChosen : 1).ToImmutableArray();
        if (kept.Length > 0)
        {
            return kept;
        }

        if (all is not null && variable.Current.Any(v => v is GrafanaVariable.All or "All"))
        {
            return [all];
        }

        var before = variable.Current.Where(v => options.Any(o => o.Value == v)).Take(variable.IsMulti ? MostChosen : 1).ToImmutableArray();
        return before.Length > 0 ? before : all is not null ? [all] : options.Count > 0 ? [options[0].Value] : [];
    }

    private async Task<IReadOnlyList<string>> AskAsync(Scope scope, ClusterKey cluster, VariableQuery query, RangeWindow window, CancellationToken cancellationToken)
    {
        switch (query.Question)
        {
            case VariableQuestion.LabelNames:
                return await metrics.ListLabelsAsync(scope, cluster, query.Subject.Length == 0 ? null : query.Subject, cancellationToken).ConfigureAwait(false);
            case VariableQuestion.LabelValues:
                return await metrics.ListLabelValuesAsync(scope, cluster, query.Label, query.Subject.Length == 0 ? null : query.Subject, window, cancellationToken).ConfigureAwait(false);
            case VariableQuestion.Metrics:
                var names = await metrics.ListLabelValuesAsync(scope, cluster, "__name__", null, window, cancellationToken).ConfigureAwait(false);
                return [.. OptionList.Of(names, $"/{query.Subject.Replace("/", "\\/", StringComparison.Ordinal)}/", 0, isSearch: true).Select(o => o.Value)];
            case VariableQuestion.Result:
                var answer = await metrics.QueryAsync(scope, cluster, query.Subject, DateTimeOffset.FromUnixTimeSeconds(window.End), cancellationToken).ConfigureAwait(false);
                return [.. answer.Series.SelectMany(s => s.Points.Take(1).Select(p => string.Create(CultureInfo.InvariantCulture, $"{s.Labels} {p.Value} {p.Time * 1000}")))];
            default:
                return [.. (await metrics.ListSeriesAsync(scope, cluster, query.Subject, window, cancellationToken).ConfigureAwait(false)).Select(l => l.ToString())];
        }
    }
}

/// <summary>Makes choices of what Prometheus gave: cut out by a pattern, each once, in order.</summary>
internal static class OptionList
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes them.</summary>
    /// <param name="found">What Prometheus gave.</param>
    /// <param name="pattern">The variable's pattern, empty for none: <c>/…/flags</c>, or a text that must match whole.</param>
    /// <param name="order">As <see cref="GrafanaVariable.Order"/>.</param>
    /// <param name="isSearch">Whether groups of the pattern cut nothing out.</param>
    /// <exception cref="BackendException">The pattern cannot be read, or takes too long.</exception>
    public static IReadOnlyList<GrafanaOption> Of(IReadOnlyList<string> found, string pattern, int order, bool isSearch = false)
    {
        var options = pattern.Length == 0 ? found.Select(f => new GrafanaOption(f, f)) : Cut(found, pattern, isSearch);
        var once = options.Where(o => o.Value.Length > 0).DistinctBy(o => o.Value).ToList();
        IEnumerable<GrafanaOption> sorted = order switch
        {
            1 or 2 => once.OrderBy(o => o.Text, StringComparer.Ordinal),
            3 or 4 => once.OrderBy(o => Number(o.Text)).ThenBy(o => o.Text, StringComparer.Ordinal),
            5 or 6 => once.OrderBy(o => o.Text, StringComparer.OrdinalIgnoreCase),
            7 or 8 => once.OrderBy(o => o.Text, StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering)),
            _ => once,
        };
        return [.. order is > 0 && order % 2 == 0 ? sorted.Reverse() : sorted];
    }

    private static double Number(string text)
    {
        var digits = new string([.. text.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return double.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
    }

    private static List<GrafanaOption> Cut(IReadOnlyList<string> found, string pattern, bool isSearch)
    {
        try
        {
            var end = pattern.StartsWith('/') ? pattern.LastIndexOf('/') : 0;
            var flags = end > 0 ? pattern[(end + 1)..] : "";
            var source = end > 0 ? pattern[1..end].Replace("\\/", "/", StringComparison.Ordinal) : $"^{pattern}$";
            var regex = new Regex(source.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.CultureInvariant | (flags.Contains('i', StringComparison.Ordinal) ? RegexOptions.IgnoreCase : RegexOptions.None), Patience);
            var started = Stopwatch.GetTimestamp();
            var cut = new List<GrafanaOption>();
            foreach (var (text, match) in found.Select(f => (f, regex.Match(f))))
            {
                if (match.Success)
                {
                    cut.Add(Option(text, match, isSearch));
                }

                if (Stopwatch.GetElapsedTime(started) > 4 * Patience)
                {
                    throw new RegexMatchTimeoutException();
                }
            }

            return cut;
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw new BackendException(PrometheusErrors.Backend, "choose among values", BackendFailure.Invalid, $"The variable's pattern {(e is ArgumentException ? "cannot be read" : "takes too long")}: {pattern}");
        }
    }

    // Groups named value and text; else the first group; else the whole.
    private static GrafanaOption Option(string text, Match match, bool isSearch)
    {
        if (isSearch)
        {
            return new(text, text);
        }

        var (value, shown) = (match.Groups["value"], match.Groups["text"]);
        if (value.Success || shown.Success)
        {
            return new(value.Success ? value.Value : shown.Value, shown.Success ? shown.Value : value.Value);
        }

        var first = match.Groups.Count > 1 && match.Groups[1].Success ? match.Groups[1].Value : text;
        return new(first, first);
    }
}
