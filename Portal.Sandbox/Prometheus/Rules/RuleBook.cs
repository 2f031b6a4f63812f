using System.Diagnostics;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Rules;

/// <summary>
/// The rules of a Prometheus and their state. They are evaluated when somebody asks, for all the times since they were evaluated last;
/// their durations (interval, <c>for</c>, ranges of alerts) go by the sandbox's pace.
/// </summary>
internal sealed class RuleBook(PrometheusServer server)
{
    private const int MostTicks = 240;
    private const long Kept = 26L * 3_600_000;
    private readonly Lock gate = new();
    private readonly Dictionary<LabelSet, (List<long> Times, List<double> Values)> recorded = [];
    private IReadOnlyList<RuleGroup> groups = [];
    private string loaded = "-";
    private bool busy;

    /// <summary>Gets why the configuration could not be taken last time, or nothing.</summary>
    public string Trouble { get; private set; } = string.Empty;

    /// <summary>Gets when the configuration was taken last.</summary>
    public DateTimeOffset Taken { get; private set; }

    /// <summary>Gives the groups, evaluated up to now.</summary>
    public IReadOnlyList<RuleGroup> Groups()
    {
        lock (gate)
        {
            if (!busy)
            {
                busy = true;
                try
                {
                    Load();
                    Advance(server.Now.ToUnixTimeMilliseconds());
                }
                finally
                {
                    busy = false;
                }
            }

            return groups;
        }
    }

    /// <summary>Gives alerts, pending and firing, with their rules.</summary>
    public IReadOnlyList<(Rule Rule, ActiveAlert Alert)> Alerts() => [.. Groups().SelectMany(g => g.Rules).SelectMany(r => r.Active.Values.Select(a => (r, a)))];

    /// <summary>Gives what rules have recorded: their series, <c>ALERTS</c> and <c>ALERTS_FOR_STATE</c>.</summary>
    public IReadOnlyList<SampleSeries> Recorded(IReadOnlyList<LabelMatcher> matchers, long from, long to)
    {
        lock (gate)
        {
            if (matchers.FirstOrDefault(m => m.Name == LabelSet.Metric && m.Kind == "=") is { } name && !name.Value.StartsWith("ALERTS", StringComparison.Ordinal) && !groups.Any(g => g.Rules.Any(r => !r.Alert && r.Name == name.Value)) && loaded == server.Config.Version)
            {
                return [];
            }

            _ = Groups();
            return [.. recorded.Where(r => matchers.All(m => m.Matches(r.Key))).Select(r =>
            {
                var (low, high) = (First(r.Value.Times, from + 1), First(r.Value.Times, to + 1));
                return new SampleSeries(r.Key, [.. r.Value.Times[low..high]], [.. r.Value.Values[low..high]]);
            }).Where(s => s.Times.Length > 0)];
        }
    }

    private static int First(List<long> times, long time)
    {
        var at = times.BinarySearch(time);
        return at < 0 ? ~at : at;
    }

    private void Load()
    {
        var config = server.Config;
        if (config.Version == loaded)
        {
            return;
        }

        loaded = config.Version;
        try
        {
            var read = config.RuleFiles().SelectMany(f => RuleGroup.Read(f.Key, f.Value, config.EvaluationInterval)).ToList();
            Trouble = config.Main is null && config.Text.Length > 0 ? "couldn't load configuration (--config.file=\"/etc/prometheus/prometheus.yml\"): parsing YAML file /etc/prometheus/prometheus.yml" : string.Empty;
            groups = Trouble.Length > 0 ? groups : [.. read.Select(Continued)];
            Taken = Trouble.Length > 0 ? Taken : server.Now;
        }
        catch (FormatException e)
        {
            // The rules from before stay.
            Trouble = e.Message;
        }
    }

    // A group that is there again keeps its alerts.
    private RuleGroup Continued(RuleGroup group)
    {
        if (groups.FirstOrDefault(g => g.File == group.File && g.Name == group.Name) is not { } before)
        {
            return group;
        }

        group.Last = before.Last;
        foreach (var rule in group.Rules.Where(r => r.Alert))
        {
            foreach (var (labels, alert) in before.Rules.FirstOrDefault(r => r.Name == rule.Name && r.Query == rule.Query)?.Active ?? [])
            {
                rule.Active[labels] = alert;
            }
        }

        return group;
    }

    private void Advance(long now)
    {
        foreach (var group in groups)
        {
            var step = server.Paced(group.Interval);
            var offset = (long)(Series.Wave.Chance(group.File + group.Name, 7) * step);
            var last = ((now - offset) / step * step) + offset;
            var begin = Math.Max(group.Last + step, last - ((MostTicks - 1) * step));
            begin = group.Last == 0 ? Math.Max(begin, Begun()) : begin;
            begin = (Math.Max(0, begin - offset + step - 1) / step * step) + offset;
            if (begin > last)
            {
                continue;
            }

            var grid = new Grid(begin, step, (int)((last - begin) / step) + 1);
            foreach (var rule in group.Rules)
            {
                Evaluate(rule, grid);
            }

            group.Last = last;
        }

        Forget(now);
    }

    private long Begun() => server.Scene().Pods.Where(p => p.Name == server.Place.Pod && p.Namespace == server.Place.Namespace).Select(p => p.Begun).DefaultIfEmpty(0).Min();

    private void Evaluate(Rule rule, Grid grid)
    {
        var begun = Stopwatch.GetTimestamp();
        rule.Evaluated = true;
        try
        {
            var engine = new Engine(server.Catalog(), EngineOptions.Default, grid, TimeSpan.FromSeconds(30));
            var value = engine.Evaluate(rule.Alert ? Paced(rule.Expression) : rule.Expression);
            IReadOnlyList<Row> rows = value.Rows;
            for (var i = 0; i < grid.Count; i++)
            {
                Step(rule, rows, i, grid.Time(i));
            }

            rule.Error = string.Empty;
        }
        catch (PromException e)
        {
            rule.Error = e.Message;
        }

        rule.Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds / grid.Count;
    }

    private void Step(Rule rule, IReadOnlyList<Row> rows, int index, long time)
    {
        var found = new HashSet<LabelSet>();
        foreach (var row in rows.Where(r => !PromNumber.IsStale(r.Values[index])))
        {
            var value = row.Values[index];
            var labels = LabelSet.Of(row.Labels.Nameless().Pairs.Concat(rule.Labels.Select(l => KeyValuePair.Create(l.Key, GoTemplate.Fill(l.Value, row.Labels, value, server.Config.ExternalLabels))))
                .Append(KeyValuePair.Create(rule.Alert ? "alertname" : LabelSet.Metric, rule.Name)));
            if (!rule.Alert)
            {
                Record(labels, time, value);
                continue;
            }

            found.Add(labels);
            if (!rule.Active.TryGetValue(labels, out var alert))
            {
                rule.Active[labels] = alert = new ActiveAlert(labels, time);
            }

            (alert.Value, alert.KeptSince) = (value, null);
            alert.Annotations = rule.Annotations.ToDictionary(a => a.Key, a => GoTemplate.Fill(a.Value, row.Labels, value, server.Config.ExternalLabels), StringComparer.Ordinal);
            if (alert.FiredAt is null && time - alert.ActiveAt >= Short(rule.For))
            {
                alert.FiredAt = time;
            }
        }

        Settle(rule, found, time);
    }

    // What was not found ends, at once or when it has been kept long enough; what is left is recorded.
    private void Settle(Rule rule, HashSet<LabelSet> found, long time)
    {
        foreach (var alert in rule.Active.Values.Where(a => !found.Contains(a.Labels)).ToList())
        {
            alert.KeptSince ??= time;
            if (alert.FiredAt is null || time - alert.KeptSince >= Short(rule.KeepFiringFor))
            {
                rule.Active.Remove(alert.Labels);
                End(alert, time);
            }
        }

        foreach (var alert in rule.Active.Values)
        {
            var named = alert.Labels.With(LabelSet.Metric, "ALERTS");
            Record(named.With("alertstate", alert.State), time, 1);
            if (alert.State == "firing" && alert.FiredAt == time && alert.ActiveAt < time)
            {
                Record(named.With("alertstate", "pending"), time, PromNumber.Stale);
            }

            Record(alert.Labels.With(LabelSet.Metric, "ALERTS_FOR_STATE"), time, alert.ActiveAt / 1000);
        }
    }

    private long Short(long milliseconds) => (long)server.Place.Cluster.Context.Paced(TimeSpan.FromMilliseconds(milliseconds)).TotalMilliseconds;

    private void End(ActiveAlert alert, long time)
    {
        Record(alert.Labels.With(LabelSet.Metric, "ALERTS").With("alertstate", alert.State), time, PromNumber.Stale);
        Record(alert.Labels.With(LabelSet.Metric, "ALERTS_FOR_STATE"), time, PromNumber.Stale);
    }

    private void Record(LabelSet labels, long time, double value)
    {
        if (!recorded.TryGetValue(labels, out var samples))
        {
            recorded[labels] = samples = ([], []);
        }

        if (samples.Times.Count == 0 || samples.Times[^1] < time)
        {
            samples.Times.Add(time);
            samples.Values.Add(value);
        }
    }

    private void Forget(long now)
    {
        foreach (var (labels, (times, values)) in recorded.Where(r => r.Value.Times[0] < now - Kept - 3_600_000).ToList())
        {
            var old = First(times, now - Kept);
            times.RemoveRange(0, old);
            values.RemoveRange(0, old);
            if (times.Count == 0)
            {
                recorded.Remove(labels);
            }
        }
    }

    // What an alert looks back at shrinks with the pace as all other durations do, to some scrapes at the least.
    private Expression Paced(Expression expression) => expression switch
    {
        RangeExpression range => range with { Range = Math.Min(range.Range, Math.Max(Short(range.Range), 5 * server.LiveInterval)) },
        ParenExpression paren => paren with { Inner = Paced(paren.Inner) },
        UnaryExpression unary => unary with { Inner = Paced(unary.Inner) },
        BinaryExpression binary => binary with { Left = Paced(binary.Left), Right = Paced(binary.Right) },
        AggregateExpression aggregate => aggregate with { Inner = Paced(aggregate.Inner) },
        CallExpression call => call with { Arguments = [.. call.Arguments.Select(Paced)] },
        _ => expression,
    };
}
