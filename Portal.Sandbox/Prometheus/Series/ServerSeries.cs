using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>The series of a Prometheus: what its targets would have said at every scrape, and what its rules have recorded.</summary>
internal sealed class ServerSeries(PrometheusServer server, Scene scene, IReadOnlyList<Target> targets, long now, bool withRules) : ISeriesCatalog
{
    private const string Reload = "prometheus_config_last_reload_successful";
    private const long Live = 600_000;
    private const long Retention = 15L * 86_400_000;
    private static readonly string[] OfEveryTarget = ["up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"];
    private readonly long interval = server.Config.ScrapeInterval;
    private readonly long live = server.LiveInterval;

    public IEnumerable<SampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, long from, long to)
    {
        (from, to) = (Math.Max(from, now - Retention), Math.Min(to, now));
        foreach (var target in targets)
        {
            long[]? times = null;
            foreach (var (labels, alive, at) in Found(target, matchers))
            {
                times ??= Times(target.Offset, from, to);
                yield return Sampled(labels, alive, at, times);
            }
        }

        if (withRules)
        {
            foreach (var series in server.Rules.Recorded(matchers, from, to))
            {
                yield return series;
            }
        }
    }

    public IEnumerable<LabelSet> Labels(IReadOnlyList<LabelMatcher> matchers, long from, long to) =>
        targets.SelectMany(t => Found(t, matchers)).Where(f => f.Alive.Any(s => s.From <= to && s.To > from)).Select(f => f.Labels)
            .Concat(server.Rules.Recorded(matchers, from, to).Select(s => s.Labels));

    /// <summary>Gives kind and help of the metrics of all targets, by name.</summary>
    public static IEnumerable<(Target Target, Metric Metric)> Described(IReadOnlyList<Target> targets) => targets.SelectMany(t => Exported.Of(t.Exporter).Values.Where(m => Kept(t, m.Name)).Select(m => (t, m)));

    private IEnumerable<(LabelSet Labels, IReadOnlyList<Span> Alive, Func<double, double> At)> Found(Target target, IReadOnlyList<LabelMatcher> matchers)
    {
        var names = matchers.Where(m => m.Name == LabelSet.Metric).ToList();
        foreach (var name in OfEveryTarget.Where(n => names.TrueForAll(m => m.Matches(n))))
        {
            var labels = target.Labels.With(LabelSet.Metric, name);
            if (matchers.All(m => m.Matches(labels)))
            {
                yield return (labels, target.Exists, Health(target, name));
            }
        }

        if (target.Exporter == "prometheus" && names.TrueForAll(m => m.Matches(Reload)) && target.Labels.With(LabelSet.Metric, Reload) is var own && matchers.All(m => m.Matches(own)))
        {
            yield return (own, target.Up, _ => server.Rules.Trouble.Length == 0 ? 1 : 0);
        }

        if (target.Up.Count == 0)
        {
            yield break;
        }

        var known = Exported.Of(target.Exporter);
        var exact = names.Find(m => m.Kind == "=")?.Value;
        var metrics = exact is null ? known.Values : known.TryGetValue(exact, out var one) ? [one] : [];
        var honor = target.Scrape.Spec.Bool("honor_labels");
        foreach (var metric in metrics.Where(m => names.TrueForAll(n => n.Matches(m.Name)) && Kept(target, m.Name)))
        {
            foreach (var line in metric.Lines(scene, target))
            {
                var labels = Merged(metric.Name, line.Labels, target.Labels, honor);
                if (matchers.All(m => m.Matches(labels)))
                {
                    yield return (labels, Spans.And(line.Alive, target.Up), line.At);
                }
            }
        }
    }

    private static Func<double, double> Health(Target target, string name) => name switch
    {
        "up" => t => target.Up.Any(s => s.Has((long)(t * 1000))) ? 1 : 0,
        "scrape_duration_seconds" => t => Math.Round(0.004 + (0.006 * Wave.Chance(target.Name, (int)(t / 60) % 9973)), 6),
        "scrape_series_added" => _ => 0,
        _ => t => target.Up.Any(s => s.Has((long)(t * 1000))) ? 20 + (5 * Exported.Of(target.Exporter).Count) : 0,
    };

    private static LabelSet Merged(string name, IReadOnlyList<(string Name, string Value)> own, LabelSet target, bool honor)
    {
        var labels = new List<(string, string)>(own.Count + target.Pairs.Count + 1) { (LabelSet.Metric, name) };
        foreach (var (label, value) in own)
        {
            labels.Add((!honor && target[label].Length > 0 ? "exported_" + label : label, value));
        }

        foreach (var (label, value) in target.Pairs)
        {
            if (!honor || !own.Any(o => o.Name == label && o.Value.Length > 0))
            {
                labels.Add((label, value));
            }
        }

        return LabelSet.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(labels));
    }

    /// <summary>Says what the job's <c>metric_relabel_configs</c> leave, as far as they look at the name.</summary>
    private static bool Kept(Target target, string name)
    {
        foreach (var rule in target.Scrape.Spec.Items("metric_relabel_configs").Where(r => r.Strings("source_labels") is ["__name__"]))
        {
            var matches = Regex.IsMatch(name, $@"\A(?:{rule.Str("regex")})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            if ((rule.Str("action") == "drop" && matches) || (rule.Str("action") == "keep" && !matches))
            {
                return false;
            }
        }

        return true;
    }

    // Scrapes lie on a grid; the last ten minutes have more of them when the sandbox runs faster than life.
    private long[] Times(long offset, long from, long to)
    {
        var times = new List<long>();
        var turn = (now - Live) / interval * interval;
        for (var time = ((from - offset) / interval * interval) + offset; time <= Math.Min(to, turn); time += interval)
        {
            if (time > from)
            {
                times.Add(time);
            }
        }

        var shift = offset % live;
        for (var time = ((Math.Max(from, turn) - shift) / live * live) + shift; time <= to; time += live)
        {
            if (time > from && time > turn)
            {
                times.Add(time);
            }
        }

        return [.. times];
    }

    private static SampleSeries Sampled(LabelSet labels, IReadOnlyList<Span> alive, Func<double, double> at, long[] times)
    {
        if (alive is [var only] && times.Length > 0 && only.From <= times[0] && only.To > times[^1])
        {
            return new SampleSeries(labels, times, Array.ConvertAll(times, t => at(t / 1000.0)));
        }

        var (kept, values, index, inside) = (new List<long>(), new List<double>(), 0, false);
        foreach (var time in times)
        {
            while (index < alive.Count && alive[index].To <= time)
            {
                index++;
            }

            var now = index < alive.Count && alive[index].Has(time);
            if (now || inside)
            {
                kept.Add(time);
                values.Add(now ? at(time / 1000.0) : PromNumber.Stale);
            }

            inside = now;
        }

        return new SampleSeries(labels, [.. kept], [.. values]);
    }
}
