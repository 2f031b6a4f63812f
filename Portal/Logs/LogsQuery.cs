using System.Collections.Immutable;
using Portal.Core.Logs;
using Portal.Shared.Ranges;

namespace Portal.Logs;

/// <summary>A column of the table, beside time, severity and message.</summary>
public enum LogColumn
{
    /// <summary>Cluster.</summary>
    Cluster,

    /// <summary>Namespace.</summary>
    Namespace,

    /// <summary>Pod.</summary>
    Pod,

    /// <summary>Container.</summary>
    Container,

    /// <summary>Node.</summary>
    Node,
}

/// <summary>What the page of logs shows, as its address has it.</summary>
public sealed record LogsQuery
{
    private static readonly ImmutableArray<LogColumn> Usual = [LogColumn.Pod];

    /// <summary>Gets the range of time.</summary>
    public TimeRange Range { get; init; } = TimeRange.Default;

    /// <summary>Gets the text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gets the ids of the clusters, empty for all.</summary>
    public ImmutableArray<string> Clusters { get; init; } = [];

    /// <summary>Gets the namespace, or null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the workload, or null.</summary>
    public string? Workload { get; init; }

    /// <summary>Gets the pod, or null.</summary>
    public string? Pod { get; init; }

    /// <summary>Gets the container, or null.</summary>
    public string? Container { get; init; }

    /// <summary>Gets the node, or null.</summary>
    public string? Node { get; init; }

    /// <summary>Gets the least severity, or null for all.</summary>
    public LogSeverity? Severity { get; init; }

    /// <summary>Gets the columns.</summary>
    public ImmutableArray<LogColumn> Columns { get; init; } = Usual;

    /// <summary>Gets whether anything is left out beside the range of time.</summary>
    public bool IsNarrow => Text.Length > 0 || Severity is not null || Filters.Any();

    /// <summary>Gets the exact filters that are set: name in the address, value.</summary>
    public IEnumerable<(string Name, string Value)> Filters =>
        ((string Name, string? Value)[])[("namespace", Namespace), ("workload", Workload), ("pod", Pod), ("container", Container), ("node", Node)] is var all
            ? all.Where(f => f.Value is not null).Select(f => (f.Name, f.Value!)) : [];

    /// <summary>Reads the address's values; what is unknown is left at its default.</summary>
    public static LogsQuery Read(Func<string, string?> value) => new()
    {
        Range = TimeRange.Parse(value("from"), value("to")),
        Text = value("q")?.Trim() ?? "",
        Clusters = [.. Parts(value("cluster"))],
        Namespace = Some(value("namespace")),
        Workload = Some(value("workload")),
        Pod = Some(value("pod")),
        Container = Some(value("container")),
        Node = Some(value("node")),
        Severity = value("severity")?.ToLowerInvariant() switch { "warning" or "warn" => LogSeverity.Warning, "error" => LogSeverity.Error, _ => null },
        Columns = value("cols") is { } columns ? [.. Parts(columns).Select(c => Enum.TryParse<LogColumn>(c, ignoreCase: true, out var column) && Enum.IsDefined(column) ? column : (LogColumn?)null).OfType<LogColumn>().Distinct().Order()] : Usual,
    };

    /// <summary>Reads an absolute address.</summary>
    public static LogsQuery Of(string address)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(address).Query);
        return Read(name => query.TryGetValue(name, out var value) ? value.ToString() : null);
    }

    /// <summary>Gives the address's values; defaults are null, so that they are left out.</summary>
    public Dictionary<string, object?> Write() => new(StringComparer.Ordinal)
    {
        ["from"] = Range == TimeRange.Default ? null : Range.From,
        ["to"] = Range == TimeRange.Default ? null : Range.To,
        ["q"] = Text.Length == 0 ? null : Text,
        ["cluster"] = Clusters.IsEmpty ? null : string.Join(',', Clusters),
        ["namespace"] = Namespace,
        ["workload"] = Workload,
        ["pod"] = Pod,
        ["container"] = Container,
        ["node"] = Node,
        ["severity"] = Severity?.ToString().ToLowerInvariant(),
        ["cols"] = Columns.SequenceEqual(Usual) ? null : string.Join(',', Columns.Select(c => c.ToString().ToLowerInvariant())),
    };

    /// <summary>Gives the query part of an address, without the question mark.</summary>
    public string ToAddress() => string.Join('&', Write().Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString((string)p.Value!)}"));

    /// <summary>Gives the query with an exact filter set, or without it.</summary>
    public LogsQuery With(string name, string? value) => name switch
    {
        "namespace" => this with { Namespace = Some(value) },
        "workload" => this with { Workload = Some(value) },
        "pod" => this with { Pod = Some(value) },
        "container" => this with { Container = Some(value) },
        _ => this with { Node = Some(value) },
    };

    /// <summary>Gives the query with a further condition in its text: a field has a value, or has it not.</summary>
    public LogsQuery WithField(string field, string value, bool without)
    {
        var condition = $"{(without ? "NOT " : "")}{EscapeWords(field)}:\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        return this with { Text = Text.Length == 0 ? condition : $"({Text}) AND {condition}" };
    }

    /// <summary>Gives the search as of a moment.</summary>
    public LogSearch Search(DateTimeOffset now, string session)
    {
        var (from, to) = Range.At(now);
        return new()
        {
            From = from,
            To = to,
            Text = Text,
            Namespace = Namespace,
            Workload = Workload,
            Pod = Pod,
            Container = Container,
            Node = Node,
            AtLeast = Severity,
            Session = session,
        };
    }

    /// <summary>Makes words of a text that has operators of Lucene's: each is taken as it stands. <c>&lt;</c> and <c>&gt;</c> cannot be escaped, they are left out.</summary>
    public static string EscapeWords(string text)
    {
        var words = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            if (c is '<' or '>')
            {
                continue;
            }

            if ("+-=&|!(){}[]^\"~*?:\\/".Contains(c, StringComparison.Ordinal))
            {
                words.Append('\\');
            }

            words.Append(c);
        }

        return string.Join(' ', words.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => w is "AND" or "OR" or "NOT" ? w.ToLowerInvariant() : w));
    }

    /// <inheritdoc />
    public bool Equals(LogsQuery? other) => other is not null && ToAddress() == other.ToAddress();

    /// <inheritdoc />
    public override int GetHashCode() => ToAddress().GetHashCode(StringComparison.Ordinal);

    private static IEnumerable<string> Parts(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(50);

    private static string? Some(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
