using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Rules;

/// <summary>An alert that a rule has found; times in milliseconds.</summary>
internal sealed class ActiveAlert(LabelSet labels, long activeAt)
{
    public LabelSet Labels { get; } = labels;

    public long ActiveAt { get; } = activeAt;

    public double Value { get; set; }

    /// <summary>Gets or sets since when it fires, or null while it is pending.</summary>
    public long? FiredAt { get; set; }

    /// <summary>Gets or sets since when it is only kept by <c>keep_firing_for</c>, or null.</summary>
    public long? KeptSince { get; set; }

    public string State => FiredAt is null ? "pending" : "firing";

    public Dictionary<string, string> Annotations { get; set; } = [];
}

/// <summary>A rule of a file, one that alerts or one that records. Durations are milliseconds.</summary>
internal sealed record Rule(bool Alert, string Name, string Query, Expression Expression, long For, long KeepFiringFor, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public Dictionary<LabelSet, ActiveAlert> Active { get; } = [];

    public string Error { get; set; } = string.Empty;

    public bool Evaluated { get; set; }

    public double Seconds { get; set; }

    public string Health => !Evaluated ? "unknown" : Error.Length > 0 ? "err" : "ok";
}

/// <summary>A group of rules.</summary>
internal sealed record RuleGroup(string Name, string File, long Interval, IReadOnlyList<Rule> Rules)
{
    /// <summary>Gets or sets the last evaluation's time in milliseconds; 0 before the first.</summary>
    public long Last { get; set; }

    /// <summary>Reads the groups of a file.</summary>
    /// <exception cref="FormatException">It is no rule file; the message is Prometheus's.</exception>
    public static IEnumerable<RuleGroup> Read(string file, string text, long interval)
    {
        JsonObject? content;
        try
        {
            content = Yaml.Parse(text);
        }
        catch (KubeException e)
        {
            throw new FormatException($"{file}: yaml: {e.Message}", e);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in content.Items("groups"))
        {
            var name = group.Str("name");
            if (name.Length == 0 || !names.Add(name))
            {
                throw new FormatException(name.Length == 0 ? $"{file}: Groupname must not be empty" : $"{file}: groupname: \"{name}\" is repeated in the same file");
            }

            yield return new RuleGroup(name, file, PromNumber.Duration(group.Str("interval")) is { } own and > 0 ? own : interval, [.. group.Items("rules").Select((r, i) => One(file, name, i + 1, r))]);
        }
    }

    private static Rule One(string file, string group, int number, JsonObject rule)
    {
        var (alert, record, query) = (rule.Str("alert"), rule.Str("record"), Text(rule["expr"]));
        var name = alert.Length > 0 ? alert : record;
        FormatException Bad(string message) => new($"{file}: group \"{group}\", rule {number}, \"{name}\": {message}");
        if (alert.Length > 0 == record.Length > 0)
        {
            throw Bad(alert.Length > 0 ? "only one of 'record' and 'alert' must be set" : "one of 'record' or 'alert' must be set");
        }

        if (query.Length == 0)
        {
            throw Bad("field 'expr' must be set in rule");
        }

        Expression expression;
        try
        {
            expression = Parser.Parse(query);
        }
        catch (PromException e)
        {
            throw Bad($"could not parse expression: {e.Message}");
        }

        long Length(string field) => rule[field] is null ? 0 : PromNumber.Duration(Text(rule[field])) ?? throw Bad($"not a valid duration string: \"{Text(rule[field])}\"");
        return new Rule(alert.Length > 0, name, Printer.Write(expression), expression, Length("for"), Length("keep_firing_for"), Map(rule, "labels"), Map(rule, "annotations"));
    }

    private static Dictionary<string, string> Map(JsonObject rule, string field) => (rule.Obj(field) ?? []).ToDictionary(p => p.Key, p => Text(p.Value), StringComparer.Ordinal);

    private static string Text(JsonNode? node) => node.Text() ?? (node is null ? string.Empty : node.ToJsonString()).ToString(CultureInfo.InvariantCulture);
}
