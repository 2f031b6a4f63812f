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

    private static IEnumerable<(string Code, double Share, bool Broken)> Codes() =>
        [("200", 0.962, false), ("304", 0.02, false), ("404", 0.015, false), ("500", 0.003, false), ("503", 1, true)];

    // Its replicas share the requests.
    private static int Replicas(Scene scene, Target target) => scene.Pods.FirstOrDefault(p => p.Uid == target.Name) is { } own ? Math.Max(1, scene.Pods.Count(p => p.Ended == long.MaxValue && p.OwnerName == own.OwnerName)) : 1;

    private static Line Line(Scene scene, Target target, Backend b, (string Code, double Share, bool Broken) code, (string, string)[] labels)
    {
        var parts = b.Good(scene);
        var wave = b.Load;
        var rate = b.Rate / Replicas(scene, target);
        return new Line(labels, [new Span(b.Ingress.Begun, b.Ingress.Ended)], t =>
        {
            var sum = 0.0;
            foreach (var (span, good) in parts)
            {
                var (from, to) = (span.From / 1000.0, Math.Min(t, span.To / 1000.0));
                sum += good != code.Broken && to > from ? wave.Total(to) - wave.Total(from) : 0;
            }

            return Math.Floor(rate * code.Share * sum);
        });
    }

    private static IEnumerable<Line> Buckets(Scene scene, Target target, string kind, Func<Backend, (string, string)[]> labels)
    {
        foreach (var backend in Backends(scene, kind))
        {
            var all = Line(scene, target, backend, ("200", 0.962, false), labels(backend));
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

        /// <summary>Gives the times since the ingress is there, and whether a ready pod stood behind it.</summary>
        public List<(Span Span, bool Good)> Good(Scene scene)
        {
            var selector = scene.Lives("services").LastOrDefault(l => l.Last.Namespace == Ingress.Last.Namespace && l.Last.Name == Service)?.Last.Body.Map("spec.selector") ?? new Dictionary<string, string>();
            var pods = scene.Pods.Where(p => p.Namespace == Ingress.Last.Namespace && selector.Count > 0 && selector.All(s => p.Object.Labels.GetValueOrDefault(s.Key) == s.Value));
            var ready = Spans.Joined(pods.SelectMany(p => p.Ready.Points.Select((r, i) => (r.Value, Span: new Span(r.From, i + 1 < p.Ready.Points.Count ? p.Ready.Points[i + 1].From : p.Ended))).Where(r => r.Value && r.Span.From < r.Span.To).Select(r => r.Span)));
            var (parts, at) = (new List<(Span, bool)>(), Ingress.Begun);
            foreach (var span in Spans.And(ready, [new Span(Ingress.Begun, Ingress.Ended)]))
            {
                parts.Add((new Span(at, span.From), false));
                parts.Add((span, true));
                at = span.To;
            }

            parts.Add((new Span(at, Ingress.Ended), false));
            return [.. parts.Where(p => p.Item1.From < p.Item1.To)];
        }
    }
}
