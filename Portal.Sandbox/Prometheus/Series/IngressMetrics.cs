using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What ingress controllers count: requests by code. A backend without ready pods answers 503 to all, a healthy one has a few errors of its own.</summary>
internal static class IngressMetrics
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public static IEnumerable<Metric> Nginx()
    {
        yield return new("nginx_ingress_controller_requests", "counter", "The total number of client requests.", (scene, target) => Backends(scene, "nginx").SelectMany(b => Codes().Select(c => Line(scene, target, b, c, Nginx(b, c.Code)))));
        yield return new("nginx_ingress_controller_request_duration_seconds_bucket", "counter", "The request processing time in seconds.", (scene, target) => Buckets(scene, target, "nginx", b => Nginx(b, "200")));
        yield return new("nginx_ingress_controller_success", "counter", "Cumulative number of Ingress controller reload operations.", (_, _) => [new Line([], [Span.Always], _ => 1)]);
    }

    public static IEnumerable<Metric> Traefik()
    {
        yield return new("traefik_service_requests_total", "counter", "How many HTTP requests processed on a service, partitioned by status code, protocol, and method.", (scene, target) => Backends(scene, "traefik").SelectMany(b => Codes().Select(c => Line(scene, target, b, c, Traefik(b, c.Code)))));
        yield return new("traefik_entrypoint_requests_total", "counter", "How many HTTP requests processed on an entrypoint, partitioned by status code, protocol, and method.", (scene, target) => Backends(scene, "traefik").SelectMany(b => Codes().Select(c => Line(scene, target, b, c, [("code", c.Code), ("method", "GET"), ("protocol", "http"), ("entrypoint", "web")])))
            .GroupBy(l => l.Labels[0].Value).Select(g => g.First() with { Alive = Spans.Joined(g.SelectMany(l => l.Alive)), At = Sum([.. g]) }));
        yield return new("traefik_service_request_duration_seconds_bucket", "counter", "How long it took to process the request on a service, partitioned by status code, protocol, and method.", (scene, target) => Buckets(scene, target, "traefik", b => Traefik(b, "200")));
        yield return new("traefik_config_reloads_total", "counter", "Config reloads", (_, _) => [new Line([], [Span.Always], _ => 1)]);
    }

    private static Func<double, double> Sum(List<Line> lines) => t => lines.Sum(l => l.At(t));

    private static (string, string)[] Nginx(Backend b, string code) => [("host", b.Host), ("namespace", b.Ingress.Last.Namespace), ("ingress", b.Ingress.Last.Name), ("service", b.Service), ("path", b.Path), ("method", "GET"), ("status", code)];

    private static (string, string)[] Traefik(Backend b, string code) => [("code", code), ("method", "GET"), ("protocol", "http"), ("service", $"{b.Ingress.Last.Namespace}-{b.Ingress.Last.Name}-{b.Service}-{b.Port}@kubernetes")];

    // Shares of the answers by code: of good pods, of those of a bad release, and where no pod is ready.
    private static IEnumerable<Share> Codes() =>
        [new("200", 0.962, 0.28, 0), new("304", 0.02, 0, 0), new("404", 0.015, 0.02, 0), new("500", 0.003, 0.7, 0), new("503", 0, 0, 1)];

    // Its replicas share the requests.
    private static int Replicas(Scene scene, Target target) => scene.Pods.FirstOrDefault(p => p.Uid == target.Name) is { } own ? Math.Max(1, scene.Pods.Count(p => p.Ended == long.MaxValue && p.OwnerName == own.OwnerName)) : 1;

    private static Line Line(Scene scene, Target target, Backend b, Share code, (string, string)[] labels)
    {
        var parts = b.Parts(scene);
        var wave = b.Load;
        var rate = b.Rate / Replicas(scene, target);
        var (weights, before) = (new double[parts.Count], new double[parts.Count]);
        for (var i = 0; i < parts.Count; i++)
        {
            weights[i] = code.Of(parts[i].Good, parts[i].Bad);
            before[i] = i == 0 ? 0 : before[i - 1] + (weights[i - 1] == 0 ? 0 : weights[i - 1] * (wave.Total(parts[i].From / 1000.0) - wave.Total(parts[i - 1].From / 1000.0)));
        }

        return new Line(labels, [new Span(b.Ingress.Begun, b.Ingress.Ended)], t =>
        {
            var at = Last(parts, (long)(t * 1000));
            return at < 0 ? 0 : Math.Floor(rate * (before[at] + (weights[at] == 0 ? 0 : weights[at] * Math.Max(0, wave.Total(Math.Min(t, b.Ingress.Ended / 1000.0)) - wave.Total(parts[at].From / 1000.0)))));
        });
    }

    // The last part that has begun by a time, or -1.
    private static int Last(List<Part> parts, long time)
    {
        var (low, high) = (-1, parts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = parts[middle].From <= time ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private static IEnumerable<Line> Buckets(Scene scene, Target target, string kind, Func<Backend, (string, string)[]> labels)
    {
        foreach (var backend in Backends(scene, kind))
        {
            var all = Line(scene, target, backend, new Share("200", 0.962, 0.28, 0), labels(backend));
            var scale = 0.03 + (0.1 * Wave.Chance(backend.Seed, 51));
            foreach (var bound in Bounds.Append(double.PositiveInfinity))
            {
                var share = double.IsInfinity(bound) ? 1 : 1 - Math.Exp(-bound / scale);
                yield return all with { Labels = [.. all.Labels, ("le", PromQl.PromNumber.Text(bound))], At = t => Math.Floor(all.At(t) * share) };
            }
        }
    }

    private static IEnumerable<Backend> Backends(Scene scene, string kind) =>
        from ingress in scene.Lives("ingresses.networking.k8s.io")
        let name = ingress.Last.Body.Str("spec.ingressClassName")
        where name.Length == 0 || name.Contains(kind, StringComparison.OrdinalIgnoreCase)
        from rule in ingress.Last.Body.Items("spec.rules")
        from path in rule.Items("http.paths")
        let port = path.Int("backend.service.port.number")?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? path.Str("backend.service.port.name")
        select new Backend(ingress, rule.Str("host"), path.Str("path"), path.Str("backend.service.name"), port);

    /// <summary>A path of an ingress and the service behind it.</summary>
    private sealed record Backend(Life Ingress, string Host, string Path, string Service, string Port)
    {
        public string Seed => $"{Ingress.Last.Uid}/{Host}{Path}";

        public double Rate => 1.5 + (18 * Wave.Chance(Seed, 50));

        public Wave Load => new(Seed, 0.45);

        /// <summary>Gives how many of the ready pods were good and how many of a bad release, from the ingress's beginning on.</summary>
        public List<Part> Parts(Scene scene)
        {
            var selector = scene.Lives("services").LastOrDefault(l => l.Last.Namespace == Ingress.Last.Namespace && l.Last.Name == Service)?.Last.Body.Map("spec.selector") ?? new Dictionary<string, string>();
            var pods = scene.Pods.Where(p => p.Namespace == Ingress.Last.Namespace && selector.Count > 0 && selector.All(s => p.Object.Labels.GetValueOrDefault(s.Key) == s.Value));
            var turns = new SortedDictionary<long, (int Good, int Bad)> { [Ingress.Begun] = (0, 0) };
            foreach (var pod in pods)
            {
                foreach (var span in ReadySpans(pod))
                {
                    Turn(turns, Math.Max(span.From, Ingress.Begun), pod.IsBad, 1);
                    Turn(turns, Math.Max(span.To, Ingress.Begun), pod.IsBad, -1);
                }
            }

            var (parts, good, bad) = (new List<Part>(), 0, 0);
            foreach (var (time, turn) in turns.TakeWhile(t => t.Key < Ingress.Ended))
            {
                (good, bad) = (good + turn.Good, bad + turn.Bad);
                parts.Add(new Part(time, good, bad));
            }

            return parts;
        }

        private static void Turn(SortedDictionary<long, (int Good, int Bad)> turns, long time, bool isBad, int by)
        {
            var (good, bad) = turns.GetValueOrDefault(time);
            turns[time] = isBad ? (good, bad + by) : (good + by, bad);
        }

        private static IEnumerable<Span> ReadySpans(PodLife pod) =>
            pod.Ready.Points.Select((r, i) => (r.Value, Span: new Span(r.From, Math.Min(pod.Ended, i + 1 < pod.Ready.Points.Count ? pod.Ready.Points[i + 1].From : pod.Ended)))).Where(r => r.Value && r.Span.From < r.Span.To).Select(r => r.Span);
    }

    /// <summary>A time from which on so many pods were ready behind a path (milliseconds).</summary>
    private sealed record Part(long From, int Good, int Bad);

    /// <summary>A code's share of the answers of good pods, of bad ones, and of none.</summary>
    private sealed record Share(string Code, double Good, double Bad, double None)
    {
        public double Of(int good, int bad) => good + bad == 0 ? None : ((Good * good) + (Bad * bad)) / (good + bad);
    }
}
