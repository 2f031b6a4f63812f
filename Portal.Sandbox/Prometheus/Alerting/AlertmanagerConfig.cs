using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>Matchers in texts, as routes and filters have them: <c>name="value"</c>, <c>name =~ "a|b"</c>.</summary>
internal static partial class MatcherText
{
    /// <summary>Reads a matcher.</summary>
    /// <exception cref="FormatException">It is none; the message is Alertmanager's.</exception>
    public static LabelMatcher Read(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            throw new FormatException($"bad matcher format: {text}");
        }

        var value = match.Groups[3].Value;
        value = value.StartsWith('"') && value.EndsWith('"') && value.Length > 1 ? value[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal) : value;
        if (match.Groups[2].Value.EndsWith('~') && !Regexes.IsValid(value))
        {
            throw new FormatException($"error parsing regexp: missing closing ): `^(?:{value})$`");
        }

        return new LabelMatcher(match.Groups[1].Value, match.Groups[2].Value, value);
    }

    [GeneratedRegex(@"\A\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*\z", RegexOptions.Singleline)]
    private static partial Regex Form();
}

/// <summary>A part of the tree that leads alerts to receivers.</summary>
internal sealed record Route(string Receiver, IReadOnlyList<string> GroupBy, IReadOnlyList<LabelMatcher> Matchers, bool Continue, IReadOnlyList<Route> Routes)
{
    /// <summary>Gives the routes that an alert ends in.</summary>
    public IReadOnlyList<Route> Leading(LabelSet labels)
    {
        if (!Matchers.All(m => m.Matches(labels)))
        {
            return [];
        }

        var found = new List<Route>();
        foreach (var route in Routes)
        {
            var deeper = route.Leading(labels);
            found.AddRange(deeper);
            if (deeper.Count > 0 && !route.Continue)
            {
                break;
            }
        }

        return found.Count > 0 ? found : [this];
    }

    /// <summary>Gives the labels of the group that an alert is in.</summary>
    public LabelSet Group(LabelSet labels) => GroupBy.Contains("...") ? labels : labels.Only(GroupBy.ToList());
}

/// <summary>A rule by which one alert keeps another quiet.</summary>
internal sealed record Inhibition(IReadOnlyList<LabelMatcher> Source, IReadOnlyList<LabelMatcher> Target, IReadOnlyList<string> Equal)
{
    public bool Holds(LabelSet source, LabelSet target) =>
        Source.All(m => m.Matches(source)) && Target.All(m => m.Matches(target)) && !(Source.All(m => m.Matches(target)) && Target.All(m => m.Matches(source))) && Equal.All(l => source[l] == target[l]);
}

/// <summary>What an Alertmanager is configured to do.</summary>
internal sealed record AlertmanagerConfig(string Text, Route Root, IReadOnlyList<Inhibition> Inhibitions, IReadOnlyList<string> Receivers)
{
    /// <summary>Reads a configuration; one that cannot be read leads everything to nobody.</summary>
    public static AlertmanagerConfig Read(string text)
    {
        JsonObject? config;
        try
        {
            config = text.Length == 0 ? null : Yaml.Parse(text);
        }
        catch (KubeException)
        {
            config = null;
        }

        var root = RouteOf(config.Obj("route") ?? [], "nobody", []);
        return new AlertmanagerConfig(text, root, [.. config.Items("inhibit_rules").Select(i => new Inhibition(Matchers(i, "source"), Matchers(i, "target"), i.Strings("equal")))], [.. config.Items("receivers").Select(r => r.Str("name"))]);
    }

    private static Route RouteOf(JsonObject route, string receiver, IReadOnlyList<string> groupBy)
    {
        var own = route.Str("receiver") is { Length: > 0 } named ? named : receiver;
        var by = route.Arr("group_by") is null ? groupBy : route.Strings("group_by");
        return new Route(own, by, Matchers(route, string.Empty), route.Bool("continue"), [.. route.Items("routes").Select(r => RouteOf(r, own, by))]);
    }

    private static List<LabelMatcher> Matchers(JsonObject of, string side)
    {
        var prefix = side.Length > 0 ? side + "_" : string.Empty;
        return
        [
            .. of.Strings(prefix + "matchers").Select(MatcherText.Read),
            .. of.Map(prefix + "match").Select(m => new LabelMatcher(m.Key, "=", m.Value)),
            .. of.Map(prefix + "match_re").Select(m => new LabelMatcher(m.Key, "=~", m.Value)),
        ];
    }
}
