using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Alerting;

/// <summary>An alert in a group, and since when it is over.</summary>
internal sealed record GroupedAlert(KeptAlert Alert, bool IsActive, DateTimeOffset? EndedAt);

/// <summary>What one way of a receiver was told of a group.</summary>
internal sealed class Told
{
    public HashSet<string> Firing { get; set; } = [];

    public DateTimeOffset At { get; set; }

    /// <summary>Gets or sets until when an attempt that failed is tried again, or null.</summary>
    public DateTimeOffset? RetryUntil { get; set; }

    public int Attempts { get; set; }
}

/// <summary>Alerts that are told together.</summary>
internal sealed class AlertGroup(Route route, LabelSet labels, DateTimeOffset next)
{
    public Route Route { get; } = route;

    public LabelSet Labels { get; } = labels;

    public DateTimeOffset Next { get; set; } = next;

    public Dictionary<string, GroupedAlert> Alerts { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Told> Told { get; } = new(StringComparer.Ordinal);

    public string Key => $"{Route.Key}:{Labels}";
}

/// <summary>
/// Groups alerts by their routes and tells receivers: after <c>group_wait</c>, every <c>group_interval</c> if something is new, and again after
/// <c>repeat_interval</c>. What fails is tried again until the next interval, unless the other side refuses it for good (4xx).
/// </summary>
internal sealed class Notifier(AlertmanagerServer server)
{
    private readonly ConcurrentDictionary<(string Counter, string Integration, string Receiver), double> counts = new();
    private readonly Dictionary<string, AlertGroup> groups = new(StringComparer.Ordinal);
    private int running;

    /// <summary>Gives its counters in the text format.</summary>
    public string Metrics(AlertmanagerConfig config, bool withReceivers)
    {
        var text = new StringBuilder();
        foreach (var counter in new[] { "notifications_total", "notifications_failed_total", "notification_requests_total", "notification_requests_failed_total" })
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE alertmanager_{counter} counter\n");
            foreach (var one in config.Integrations.Select(i => (i.Kind, Receiver: withReceivers ? i.Receiver : "")).Distinct())
            {
                var value = counts.Where(c => c.Key.Counter == counter && c.Key.Integration == one.Kind && (!withReceivers || c.Key.Receiver == one.Receiver)).Sum(c => c.Value);
                var receiver = withReceivers ? $",receiver_name=\"{one.Receiver}\"" : "";
                text.Append(CultureInfo.InvariantCulture, $"alertmanager_{counter}{{integration=\"{one.Kind}\"{receiver}}} {value}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Does what is due; does nothing while it is still at it.</summary>
    public async Task StepAsync(PodPlace place, AlertmanagerConfig config, IReadOnlyList<JudgedAlert> alerts, DateTimeOffset now)
    {
        if (Interlocked.Exchange(ref running, 1) == 1)
        {
            return;
        }

        try
        {
            Gather(place, alerts, now);
            foreach (var group in groups.Values.Where(g => g.Next <= now).ToList())
            {
                await FlushAsync(place, config, group, now);
            }
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }

    private static TimeSpan Paced(PodPlace place, long milliseconds) => place.Cluster.Context.Paced(TimeSpan.FromMilliseconds(milliseconds));

    private void Gather(PodPlace place, IReadOnlyList<JudgedAlert> alerts, DateTimeOffset now)
    {
        var seen = new HashSet<(string, string)>();
        foreach (var (judged, route) in alerts.SelectMany(a => a.Routes.Select(r => (a, r))))
        {
            var labels = route.Group(judged.Alert.Labels);
            var key = $"{route.Receiver} {route.Key}:{labels}";
            if (!groups.TryGetValue(key, out var group))
            {
                groups[key] = group = new AlertGroup(route, labels, now + Paced(place, route.GroupWait));
            }

            group.Alerts[judged.Alert.Fingerprint] = new(judged.Alert, judged.IsActive, null);
            seen.Add((key, judged.Alert.Fingerprint));
        }

        foreach (var (key, group) in groups)
        {
            foreach (var (fingerprint, gone) in group.Alerts.Where(a => a.Value.EndedAt is null && !seen.Contains((key, a.Key))).ToList())
            {
                group.Alerts[fingerprint] = gone with { EndedAt = now };
            }
        }
    }

    private async Task FlushAsync(PodPlace place, AlertmanagerConfig config, AlertGroup group, DateTimeOffset now)
    {
        var (retry, interval) = (false, Paced(place, group.Route.GroupInterval));
        foreach (var way in config.Integrations.Where(i => i.Receiver == group.Route.Receiver))
        {
            retry |= await TellAsync(place, way, group, interval, now);
        }

        if (retry)
        {
            // Sooner than the next interval, and ever later.
            group.Next = now + Paced(place, 1_000);
            return;
        }

        foreach (var over in group.Alerts.Where(a => a.Value.EndedAt is not null).ToList())
        {
            group.Alerts.Remove(over.Key);
        }

        group.Next = now + interval;
        if (group.Alerts.Count == 0)
        {
            groups.Remove(groups.First(g => g.Value == group).Key);
        }
    }

    /// <summary>Tells one way of a receiver, if there is something to tell; gives whether it has to be tried again soon.</summary>
    private async Task<bool> TellAsync(PodPlace place, Integration way, AlertGroup group, TimeSpan interval, DateTimeOffset now)
    {
        if (!group.Told.TryGetValue($"{way.Kind}[{way.Index}]", out var told))
        {
            group.Told[$"{way.Kind}[{way.Index}]"] = told = new Told();
        }

        var firing = group.Alerts.Where(a => a.Value is { EndedAt: null, IsActive: true }).Select(a => a.Key).ToHashSet();
        var over = group.Alerts.Where(a => a.Value.EndedAt is not null && told.Firing.Contains(a.Key)).Select(a => a.Key).ToList();
        var isNew = !firing.IsSubsetOf(told.Firing) || (way.SendResolved && over.Count > 0);
        if (!isNew && (firing.Count == 0 || now < told.At + Paced(place, group.Route.RepeatInterval)))
        {
            return false;
        }

        if (told.RetryUntil is null)
        {
            Count("notifications_total", way);
            (told.RetryUntil, told.Attempts) = (now + interval, 0);
        }

        told.Attempts++;
        var alerts = group.Alerts.Values.Where(a => firing.Contains(a.Alert.Fingerprint) || (way.SendResolved && over.Contains(a.Alert.Fingerprint))).ToList();
        var failure = await AlertSending.SendAsync(place, way, new AlertmanagerMessage(way.Receiver, group, alerts));
        Count("notification_requests_total", way);
        if (failure is null)
        {
            (told.Firing, told.At, told.RetryUntil) = (firing, now, null);
            return false;
        }

        return Failed(way, told, failure, now);
    }

    private bool Failed(Integration way, Told told, SendFailure failure, DateTimeOffset now)
    {
        Count("notification_requests_failed_total", way);
        if (failure.MayHeal && now < told.RetryUntil)
        {
            server.Log.Write(now, "WARN", $"source=notify.go:872 msg=\"Notify attempt failed, will retry later\" component=dispatcher receiver={way.Receiver} integration={way.Kind}[{way.Index}] attempts={told.Attempts} err={LabelSet.Quote(failure.Text)}");
            return true;
        }

        told.RetryUntil = null;
        Count("notifications_failed_total", way);
        server.Log.Write(now, "ERROR", $"source=dispatch.go:360 msg=\"Notify for alerts failed\" component=dispatcher num_alerts=1 err={LabelSet.Quote($"{way.Receiver}/{way.Kind}[{way.Index}]: notify retry canceled {(failure.MayHeal ? "" : "due to unrecoverable error ")}after {told.Attempts} attempts: {failure.Text}")}");
        return false;
    }

    private void Count(string counter, Integration way) => counts.AddOrUpdate((counter, way.Kind, way.Receiver), 1, (_, before) => before + 1);
}
