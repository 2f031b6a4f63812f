using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Puts variables' values into queries and titles, as Grafana does for Prometheus.</summary>
/// <param name="choices">The variables, by name.</param>
/// <param name="window">The grid that is asked for.</param>
internal sealed class Filler(IReadOnlyDictionary<string, GrafanaChoice> choices, RangeWindow window)
{
    // As the add-on's Prometheus is configured (scrape_interval); a rate over less would find no two samples.
    private const int Scrape = 60;
    private static readonly int[] Lengths = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800];

    /// <summary>Fills an expression.</summary>
    /// <param name="template">PromQL with variables.</param>
    /// <param name="leastStep">The shortest step that the panel wants, in seconds; 0 for none.</param>
    /// <exception cref="BackendException">A value cannot stand where it is to (<see cref="BackendFailure.Invalid"/>).</exception>
    public string Query(string template, int leastStep)
    {
        var filled = new StringBuilder();
        var (at, quote) = (0, Literals.Outside);
        foreach (Match match in References.In(template))
        {
            quote = Literals.After(template.AsSpan(at, match.Index - at), quote);
            filled.Append(template, at, match.Index - at).Append(Value(match, quote, leastStep));
            at = match.Index + match.Length;
        }

        return filled.Append(template, at, template.Length - at).ToString();
    }

    /// <summary>Fills a title, a legend or a text: values as they are shown.</summary>
    public string Words(string template) => template.Contains('$', StringComparison.Ordinal) || template.Contains("[[", StringComparison.Ordinal)
        ? string.Concat(Pieces(template)) : template;

    private IEnumerable<string> Pieces(string template)
    {
        var at = 0;
        foreach (Match match in References.In(template))
        {
            yield return template[at..match.Index];
            var name = References.NameOf(match);
            yield return choices.TryGetValue(name, out var choice) ? string.Join(" + ", choice.IsAll ? ["All"] : choice.Values.Select(choice.TextOf)) : Time(name, 0) ?? match.Value;
            at = match.Index + match.Length;
        }

        yield return template[at..];
    }

    private string Value(Match match, char quote, int leastStep)
    {
        var name = References.NameOf(match);
        return choices.TryGetValue(name, out var choice) ? Of(choice, References.FormatOf(match), quote) : Time(name, leastStep) ?? match.Value;
    }

    private string? Time(string name, int leastStep)
    {
        var scrape = Math.Max(leastStep, Scrape);
        var step = Math.Max(window.Step, scrape);
        var rate = Math.Max(step + scrape, 4 * scrape);
        var range = Math.Max(1, window.End - window.Start);
        return name switch
        {
            "__interval" or "__auto" => Length(step),
            "__interval_ms" => Text(step * 1000L),
            "__rate_interval" => Length(rate),
            "__rate_interval_ms" => Text(rate * 1000L),
            "__range" => Length(range),
            "__range_s" => Text(range),
            "__range_ms" => Text(range * 1000),
            "__from" => Text(window.Start * 1000),
            "__to" => Text(window.End * 1000),
            _ => null,
        };
    }

    private string Of(GrafanaChoice choice, string? format, char quote)
    {
        var variable = choice.Variable;
        if (choice.IsAll && variable.AllValue is { } all)
        {
            return all;
        }

        if (variable.Kind is GrafanaVariableKind.Constant or GrafanaVariableKind.TextBox or GrafanaVariableKind.Interval && choice.Values is [var one])
        {
            return one == GrafanaVariable.Auto ? Auto(variable) : Literals.Fit(one, quote, variable.Name, IsOwn(choice, one));
        }

        var values = choice.IsAll ? [.. choice.Options.Select(o => o.Value)] : choice.Values;
        return format is not null && References.Formats.Contains(format) ? Formatted(choice, values, format, quote) : Default(choice, values, quote);
    }

    // Several values are a regular expression; so is one, where there might be several.
    private static string Default(GrafanaChoice choice, ImmutableArray<string> values, char quote)
    {
        var variable = choice.Variable;
        if (!variable.IsMulti && !variable.HasAll)
        {
            return string.Join(',', values.Select(v => Literals.Fit(v, quote, variable.Name, IsOwn(choice, v))));
        }

        var parts = values.Select(v => quote is Literals.Outside ? Literals.Fit(v, quote, variable.Name, IsOwn(choice, v)) : Literals.Fit(PromQl.Literally(v), quote, variable.Name, false)).ToList();
        return parts.Count == 1 ? parts[0] : $"({string.Join('|', parts)})";
    }

    private static string Formatted(GrafanaChoice choice, ImmutableArray<string> values, string format, char quote)
    {
        string Fit(string value, bool isOwn) => Literals.Fit(value, quote, choice.Variable.Name, isOwn);
        string Each(Func<string, string> write, string glue) => string.Join(glue, values.Select(v => Fit(write(v), IsOwn(choice, v))));
        return format switch
        {
            "raw" => string.Join(',', values.Select(v => IsOwn(choice, v) ? v : Fit(v, false))),
            "regex" => values.Length == 1 ? Each(PromQl.Literally, "") : $"({Each(PromQl.Literally, "|")})",
            "pipe" => Each(v => v, "|"),
            "glob" => values.Length == 1 ? Each(v => v, "") : $"{{{Each(v => v, ",")}}}",
            "text" => Each(choice.TextOf, " + "),
            "percentencode" => Each(Uri.EscapeDataString, ","),
            "json" => Fit(JsonSerializer.Serialize(values), false),
            "singlequote" => Quoted(values, '\'', Fit),
            "doublequote" => Quoted(values, '"', Fit),
            _ => Each(v => v, ","),
        };
    }

    // Outside of quotes each is a literal of its own, so it may hold anything.
    private static string Quoted(ImmutableArray<string> values, char quote, Func<string, bool, string> fit) =>
        fit(string.Join(',', values.Select(v => $"{quote}{Literals.Fit(v, quote, "", false)}{quote}")), true);

    private static bool IsOwn(GrafanaChoice choice, string value) =>
        choice.Variable.Kind is GrafanaVariableKind.Constant || (choice.Variable.Kind is not GrafanaVariableKind.Query && choice.Variable.Options.Any(o => o.Value == value));

    private string Auto(GrafanaVariable variable)
    {
        var wanted = Math.Max(variable.AutoLeast, (window.End - window.Start) / variable.AutoParts);
        return Length(Lengths.FirstOrDefault(l => l >= wanted, Lengths[^1]));
    }

    private static string Length(long seconds) => Text(seconds) + "s";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
