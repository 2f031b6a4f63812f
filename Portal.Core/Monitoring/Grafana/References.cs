using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Finds where a text names variables: <c>$name</c>, <c>${name}</c>, <c>${name:format}</c>, <c>[[name]]</c>, <c>[[name:format]]</c>.</summary>
internal static partial class References
{
    /// <summary>Grafana's own names that the portal fills.</summary>
    public static readonly ImmutableHashSet<string> Own = ["__interval", "__interval_ms", "__rate_interval", "__rate_interval_ms", "__range", "__range_s", "__range_ms", "__from", "__to", "__auto"];

    /// <summary>Ways to write values that the portal knows.</summary>
    public static readonly ImmutableHashSet<string> Formats = ["raw", "regex", "pipe", "csv", "glob", "json", "singlequote", "doublequote", "text", "percentencode"];

    /// <summary>Gives them in their order.</summary>
    public static MatchCollection In(string template) => Reference().Matches(template);

    /// <summary>Gives the names that a text has.</summary>
    public static IEnumerable<string> Names(string template) => In(template).Select(NameOf);

    /// <summary>Gives a reference's name.</summary>
    public static string NameOf(Match match) => match.Groups["name"].Value;

    /// <summary>Gives a reference's format, or null.</summary>
    public static string? FormatOf(Match match) => match.Groups["format"] is { Success: true } format ? format.Value : null;

    [GeneratedRegex(@"\$(?<name>[A-Za-z0-9_]+)|\[\[(?<name>[A-Za-z0-9_]+?)(?::(?<format>[A-Za-z0-9_]+))?\]\]|\$\{(?<name>[A-Za-z0-9_]+)(?:\.[^:}]+)?(?::(?<format>[^}]+))?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}

/// <summary>Names what queries name and the dashboard does not have.</summary>
internal sealed class ReferenceCheck(ImmutableArray<GrafanaVariable> variables, Findings findings)
{
    private readonly HashSet<string> known = [.. variables.Select(v => v.Name)];

    /// <summary>Looks at the queries of a panel.</summary>
    public void Look(GrafanaPanel panel)
    {
        foreach (var match in panel.Queries.SelectMany(q => References.In(q.Expression)))
        {
            var (name, format) = (References.NameOf(match), References.FormatOf(match));
            if (!known.Contains(name) && !References.Own.Contains(name) && !char.IsAsciiDigit(name[0]))
            {
                findings.Add("undefined-variable", name, panel.Title);
            }
            else if (format is not null && !References.Formats.Contains(format))
            {
                findings.Add("format", format, panel.Title);
            }
        }
    }
}
