using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>An alert as Alertmanager keeps it.</summary>
internal sealed record KeptAlert(LabelSet Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset UpdatedAt, string GeneratorUrl)
{
    public string Fingerprint { get; } = AlertmanagerProgram.Fingerprint(Labels.Pairs);
}

/// <summary>An alert with what is done about it.</summary>
internal sealed record JudgedAlert(KeptAlert Alert, IReadOnlyList<string> SilencedBy, IReadOnlyList<string> InhibitedBy, IReadOnlyList<Route> Routes)
{
    public bool IsActive => SilencedBy.Count == 0 && InhibitedBy.Count == 0;

    public JsonObject ToJson() => new()
    {
        ["annotations"] = JsonPaths.MapOf(Alert.Annotations.OrderBy(a => a.Key, StringComparer.Ordinal)),
        ["endsAt"] = SilenceBook.Text(Alert.EndsAt),
        ["fingerprint"] = Alert.Fingerprint,
        ["receivers"] = JsonPaths.Array(Routes.Select(r => r.Receiver).Distinct().Select(r => new JsonObject { ["name"] = r })),
        ["startsAt"] = SilenceBook.Text(Alert.StartsAt),
        ["status"] = new JsonObject { ["inhibitedBy"] = JsonPaths.Texts(InhibitedBy), ["silencedBy"] = JsonPaths.Texts(SilencedBy), ["state"] = IsActive ? "active" : "suppressed" },
        ["updatedAt"] = SilenceBook.Text(Alert.UpdatedAt),
        ["generatorURL"] = Alert.GeneratorUrl,
        ["labels"] = JsonPaths.MapOf(Alert.Labels.Pairs),
    };
}

/// <summary>One Alertmanager: its silences and the alerts that were posted to it.</summary>
internal sealed class AlertmanagerServer
{
    private static readonly TimeSpan ResolveTimeout = TimeSpan.FromMinutes(5);
    private readonly Lock gate = new();
    private readonly Dictionary<string, KeptAlert> posted = new(StringComparer.Ordinal);

    public AlertmanagerServer() => Notifier = new Notifier(this);

    public SilenceBook Silences { get; } = new();

    /// <summary>Gets what tells people.</summary>
    public Notifier Notifier { get; }

    /// <summary>Gets or sets the configuration that is loaded, and the pod that has loaded it.</summary>
    public (string Pod, AlertmanagerConfig Config)? Loaded { get; set; }

    /// <summary>Gets what it wrote lately.</summary>
    public ProgramLog Log { get; } = new();

    /// <summary>Takes posted alerts.</summary>
    public void Post(JsonArray alerts, DateTimeOffset now)
    {
        for (var i = 0; i < alerts.Count; i++)
        {
            if (alerts[i]?["labels"] is not JsonObject)
            {
                throw new AlertmanagerException(422, $"{i}.labels in body is required", 602);
            }
        }

        foreach (var alert in alerts.OfType<JsonObject>().Select(a => Kept(a, now)))
        {
            lock (gate)
            {
                // An alert that goes on keeps its beginning.
                var before = posted.GetValueOrDefault(alert.Fingerprint);
                posted[alert.Fingerprint] = before is not null && before.EndsAt > now && before.StartsAt < alert.StartsAt ? alert with { StartsAt = before.StartsAt } : alert;
            }
        }
    }

    /// <summary>Gives all alerts that are there, with what is done about them.</summary>
    public IReadOnlyList<JudgedAlert> Judged(IEnumerable<KeptAlert> sent, AlertmanagerConfig config, DateTimeOffset now)
    {
        List<KeptAlert> all;
        lock (gate)
        {
            all = [.. sent.Concat(posted.Values.Where(a => a.EndsAt > now)).DistinctBy(a => a.Fingerprint).OrderBy(a => a.Fingerprint, StringComparer.Ordinal)];
        }

        var silences = Silences.All(now).Where(s => s.State(now) == "active").ToList();
        return [.. all.Select(a => new JudgedAlert(
            a,
            [.. silences.Where(s => s.Matches(a.Labels)).Select(s => s.Id).Order(StringComparer.Ordinal)],
            [.. all.Where(o => o != a && config.Inhibitions.Any(i => i.Holds(o.Labels, a.Labels))).Select(o => o.Fingerprint).Take(1)],
            config.Root.Leading(a.Labels)))];
    }

    /// <summary>Gives alerts that a request asks for.</summary>
    public static IReadOnlyList<JudgedAlert> Filtered(IReadOnlyList<JudgedAlert> alerts, FormValues form)
    {
        var matchers = form.All("filter").Select(f => Filter(f)).ToList();
        var receiver = form["receiver"];
        if (receiver.Length > 0 && !Regexes.IsValid(receiver))
        {
            throw new AlertmanagerException(400, $"failed to parse receiver param: error parsing regexp: missing closing ): `^(?:{receiver})$`");
        }

        var named = receiver.Length == 0 ? null : new LabelMatcher("receiver", "=~", receiver);
        bool Wanted(string name) => !form[name].Equals("false", StringComparison.OrdinalIgnoreCase);
        return [.. alerts.Where(a => matchers.TrueForAll(m => m.Matches(a.Alert.Labels)) && (named is null || a.Routes.Any(r => named.Matches(r.Receiver)))
            && (Wanted("active") || !a.IsActive) && (Wanted("silenced") || a.SilencedBy.Count == 0) && (Wanted("inhibited") || a.InhibitedBy.Count == 0))];
    }

    /// <summary>Reads a matcher of a filter.</summary>
    public static LabelMatcher Filter(string text)
    {
        try
        {
            return MatcherText.Read(text);
        }
        catch (FormatException e)
        {
            throw new AlertmanagerException(400, e.Message);
        }
    }

    private static KeptAlert Kept(JsonObject alert, DateTimeOffset now)
    {
        var labels = LabelSet.Of(alert.Map("labels"));
        if (labels.Pairs.FirstOrDefault(l => !Regex.IsMatch(l.Key, @"\A[a-zA-Z_][a-zA-Z0-9_]*\z", RegexOptions.None, TimeSpan.FromSeconds(1))).Key is { } bad)
        {
            throw new AlertmanagerException(400, $"invalid label set: invalid name {LabelSet.Quote(bad)}");
        }

        if (labels.Pairs.Count == 0)
        {
            throw new AlertmanagerException(400, "at least one label pair required");
        }

        var (start, end) = (Time(alert, "startsAt"), Time(alert, "endsAt"));
        var begins = start ?? (end < now ? end.Value : now);
        return end < begins ? throw new AlertmanagerException(400, "start time must be before end time")
            : new KeptAlert(labels, alert.Map("annotations"), begins, end ?? now + ResolveTimeout, now, alert.Str("generatorURL"));
    }

    private static DateTimeOffset? Time(JsonObject alert, string field) => DateTimeOffset.TryParse(alert.Str(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time : null;
}
