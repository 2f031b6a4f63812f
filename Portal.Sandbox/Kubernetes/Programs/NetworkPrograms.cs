using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams;
using Portal.Sandbox.Prometheus;

namespace Portal.Sandbox.Kubernetes.Programs;

/// <summary>Name server, ingress controllers and what stands behind them.</summary>
internal static class NetworkPrograms
{
    private const string NginxFound = "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n";

    /// <summary>Tells the pods what can run in them.</summary>
    public static void Register(IPodPrograms programs)
    {
        programs.AddTalk("coredns", 53, NameServer.Answer);
        programs.Add("coredns", 8080, (_, question) => question.Path == "/health" ? PodAnswer.Text(200, "OK") : PodAnswer.Text(404, "404 page not found\n"));
        programs.Add("coredns", 8181, (_, question) => question.Path == "/ready" ? PodAnswer.Text(200, "OK") : PodAnswer.Text(404, "404 page not found\n"));
        programs.Add("coredns", 9153, (_, _) => Exporters.Answer("coredns_build_info{version=\"1.12.0\"} 1\n"));
        programs.Add("nginx-unprivileged", 8080, Nginx);
        programs.Add("traefik", 9000, (_, question) => question.Path switch
        {
            "/ping" => PodAnswer.Text(200, "OK"),
            "/metrics" => Exporters.Answer("traefik_config_reloads_total 1\n"),
            _ => PodAnswer.Text(404, "404 page not found\n"),
        });
        programs.Add("traefik", 8000, (place, question) => Routed(place, question, "--providers.kubernetesingress.ingressclass=") ?? PodAnswer.Text(404, "404 page not found\n"));
        programs.Add("controller", 10254, (_, question) => question.Path == "/metrics" ? Exporters.Answer("nginx_ingress_controller_success 1\n") : PodAnswer.Text(200, "ok"));
        programs.Add("controller", 80, (place, question) => Routed(place, question, "--ingress-class=") ?? new PodAnswer(404, "text/html", System.Text.Encoding.ASCII.GetBytes(NginxFound)));
    }

    /// <summary>nginx with the pod's configuration; as much of it as a `location` with a `return`.</summary>
    private static PodAnswer Nginx(PodPlace place, PodQuestion question)
    {
        var configuration = Configuration(place, "nginx.conf");
        foreach (var head in new[] { $"location = {question.Path} {{", "location / {" })
        {
            var at = configuration.IndexOf(head, StringComparison.Ordinal);
            if (at >= 0 && configuration.IndexOf("return ", at, StringComparison.Ordinal) is >= 0 and var line
                && configuration[(line + 7)..configuration.IndexOf(';', line)].Split(' ', 2) is [var status, var text])
            {
                return PodAnswer.Text(int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), text.Trim('"').Replace("\\n", "\n", StringComparison.Ordinal));
            }
        }

        return new PodAnswer(404, "text/html", System.Text.Encoding.ASCII.GetBytes(NginxFound));
    }

    private static string Configuration(PodPlace place, string file)
    {
        var store = place.Cluster.Store;
        var maps = store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.volumes").Select(v => v.Str("configMap.name")).Where(n => n.Length > 0) ?? [];
        return maps.Select(name => store.Find("configmaps", place.Namespace, name)?.Body.Obj("data")?[file].Text()).OfType<string>().FirstOrDefault() ?? "";
    }

    /// <summary>Leads a request as the Ingress objects of the controller's class say; null when none fits.</summary>
    private static PodAnswer? Routed(PodPlace place, PodQuestion question, string classArgument)
    {
        var store = place.Cluster.Store;
        var arguments = store.Find("pods", place.Namespace, place.Pod)?.Body.Items("spec.containers").SelectMany(c => c.Strings("args")) ?? [];
        var name = arguments.FirstOrDefault(a => a.StartsWith(classArgument, StringComparison.Ordinal))?[classArgument.Length..];
        var ours = store.List("ingresses.networking.k8s.io").Where(i => i.Body.Str("spec.ingressClassName") == name).ToList();
        var host = question.Headers.GetValueOrDefault("Host", "").Split(':')[0];
        var paths = from ingress in ours
                    from rule in ingress.Body.Items("spec.rules")
                    where rule.Str("host").Length == 0 || rule.Str("host") == host
                    from path in rule.Items("http.paths")
                    where question.Path.StartsWith(path.Str("path"), StringComparison.Ordinal)
                    orderby path.Str("path").Length descending
                    select (ingress.Namespace, Service: path.Str("backend.service.name"));
        var defaults = ours.Select(i => (i.Namespace, Service: i.Body.Str("spec.defaultBackend.service.name"))).Where(d => d.Service.Length > 0);
        return paths.Concat(defaults).Select(d => Ask(place, question, d.Namespace, d.Service)).FirstOrDefault();
    }

    private static PodAnswer Ask(PodPlace place, PodQuestion question, string space, string name)
    {
        var selector = place.Cluster.Store.Find("services", space, name)?.Body.Map("spec.selector") ?? new Dictionary<string, string>();
        var pod = place.Cluster.Store.List("pods", space).FirstOrDefault(p => selector.Count > 0 && selector.All(s => p.Labels.GetValueOrDefault(s.Key) == s.Value) && p.Body.Str("status.phase") == "Running");
        var port = pod?.Body.Items("spec.containers").SelectMany(c => c.Items("ports")).FirstOrDefault()?.Int("containerPort") ?? 0;
        return pod is not null && PodPort.Find(place.Cluster, pod, port) is { } program
            ? program(new PodPlace(place.Cluster, space, pod.Name), question)
            : PodAnswer.Text(503, "no available server\n");
    }
}
