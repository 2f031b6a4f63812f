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

/// <summary>A part of the tree that leads alerts to receivers. Durations are in milliseconds.</summary>
internal sealed record Route(string Receiver, IReadOnlyList<string> GroupBy, IReadOnlyList<LabelMatcher> Matchers, bool Continue, IReadOnlyList<Route> Routes)
{
    /// <summary>Gets where it is in the tree, as a group's key begins.</summary>
    public string Key { get; init; } = "{}";

    public long GroupWait { get; init; }

    public long GroupInterval { get; init; }

    public long RepeatInterval { get; init; }

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

/// <summary>One way of a receiver: <c>webhook</c>, <c>email</c>, <c>slack</c>, and how it is set.</summary>
internal sealed record Integration(string Receiver, string Kind, int Index, JsonObject Settings)
{
    public bool SendResolved => Settings["send_resolved"] is null ? Kind == "webhook" : Settings.Bool("send_resolved");
}

/// <summary>What an Alertmanager is configured to do.</summary>
internal sealed record AlertmanagerConfig(string Text, Route Root, IReadOnlyList<Inhibition> Inhibitions, IReadOnlyList<string> Receivers)
{
    private static readonly string[] Kinds = ["webhook", "email", "slack"];

    /// <summary>Gets the ways by which somebody is told.</summary>
    public IReadOnlyList<Integration> Integrations { get; init; } = [];

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

        return Of(text, config);
    }

    /// <summary>Says why Alertmanager would not take a configuration, or gives null.</summary>
    public static string? Refusal(string text)
    {
        JsonObject config;
        try
        {
            config = Yaml.Parse(text) ?? throw new FormatException("no route provided in config");
            var read = Of(text, config);
            return read.Root.Receiver.Length == 0 ? "root route must specify a default receiver"
                : Repeated(read.Receivers) is { } twice ? $"notification config name {LabelSet.Quote(twice)} is not unique"
                : All(read.Root).FirstOrDefault(r => !read.Receivers.Contains(r.Receiver)) is { } lost ? $"undefined receiver {LabelSet.Quote(lost.Receiver)} used in route"
                : All(read.Root).Any(r => r.GroupInterval == 0) ? "group_interval cannot be zero"
                : read.Integrations.Select(Missing).FirstOrDefault(m => m is not null);
        }
        catch (KubeException)
        {
            return "yaml: unmarshal errors";
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static AlertmanagerConfig Of(string text, JsonObject? config)
    {
        var start = new Route("", [], [], false, []) { GroupWait = 30_000, GroupInterval = 300_000, RepeatInterval = 14_400_000 };
        var root = RouteOf(config.Obj("route") ?? new JsonObject { ["receiver"] = "nobody" }, start, isRoot: true);
        var receivers = config.Items("receivers").ToList();
        return new AlertmanagerConfig(text, root, [.. config.Items("inhibit_rules").Select(i => new Inhibition(Matchers(i, "source"), Matchers(i, "target"), i.Strings("equal")))], [.. receivers.Select(r => r.Str("name"))])
        {
            Integrations = [.. receivers.SelectMany(r => Kinds.SelectMany(k => r.Items(k + "_configs").Select((c, i) => new Integration(r.Str("name"), k, i, c))))],
        };
    }

    private static IEnumerable<Route> All(Route route) => [route, .. route.Routes.SelectMany(All)];

    private static string? Repeated(IReadOnlyList<string> names) => names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;

    private static string? Missing(Integration way) => (way.Kind, way.Settings) switch
    {
        ("webhook", var s) when s.Str("url").Length == 0 && s.Str("url_file").Length == 0 => "one of url or url_file must be configured",
        ("email", var s) when s.Str("to").Length == 0 => "missing to address in email config",
        ("email", var s) when s.Str("smarthost").Length == 0 => "no global SMTP smarthost set",
        ("email", var s) when s.Str("from").Length == 0 => "no global SMTP from set",
        ("slack", var s) when s.Str("api_url").Length == 0 && s.Str("api_url_file").Length == 0 => "no global Slack API URL set either inline or in a file",
        _ => null,
    };

    private static Route RouteOf(JsonObject route, Route above, bool isRoot = false)
    {
        long Span(string name, long from) => route.Str(name) is { Length: > 0 } text ? PromNumber.Duration(text) ?? throw new FormatException($"not a valid duration string: {LabelSet.Quote(text)}") : from;
        var matchers = Matchers(route, string.Empty);
        var own = new Route(route.Str("receiver") is { Length: > 0 } named ? named : above.Receiver, route.Arr("group_by") is null ? above.GroupBy : route.Strings("group_by"), matchers, route.Bool("continue"), [])
        {
            Key = isRoot ? "{}" : $"{above.Key}/{{{string.Join(',', matchers)}}}",
            GroupWait = Span("group_wait", above.GroupWait),
            GroupInterval = Span("group_interval", above.GroupInterval),
            RepeatInterval = Span("repeat_interval", above.RepeatInterval),
        };
        return own with { Routes = [.. route.Items("routes").Select(r => RouteOf(r, own))] };
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
