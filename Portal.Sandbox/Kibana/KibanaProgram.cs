using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Elasticsearch;
using Portal.Sandbox.Kubernetes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kibana;

/// <summary>Kibana in a pod: status, data views, and what Discover was asked. It is ready when its own user gets into Elasticsearch; what it keeps, it keeps there.</summary>
internal static class KibanaProgram
{
    private const string Image = "kibana";
    private static readonly TimeSpan ListensAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReadyAfter = TimeSpan.FromSeconds(25);

    public static void Register(IPodPrograms programs) => programs.Add(Image, 5601, Answer, place => Age(place) >= ListensAfter);

    public static PodAnswer Answer(PodPlace place, PodQuestion question)
    {
        lock (place.Cluster.Store.Gate)
        {
            if (place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is not { } pod || PodInside.Container(pod, Image) is not { } container
                || Age(place) < ReadyAfter || Backend(place.Cluster, pod, container) is not { } elasticsearch)
            {
                return PodAnswer.Text(503, "Kibana server is not ready yet");
            }

            var answer = Ready(pod.Name, container.Str("image").Split(':')[^1], elasticsearch, question);
            return answer.With("kbn-name", pod.Name).With("kbn-license-sig", "sandbox");
        }
    }

    /// <summary>Gives a pod of a cluster whose Kibana has come up, or null.</summary>
    public static StoredObject? ReadyPod(KubeCluster cluster) => cluster.Store.List("pods").FirstOrDefault(p => PodInside.Container(p, Image) is { } container
        && Age(new PodPlace(cluster, p.Namespace, p.Name)) >= ReadyAfter && Backend(cluster, p, container) is not null);

    private static TimeSpan? Age(PodPlace place) =>
        place.Cluster.Store.Find("pods", place.Namespace, place.Pod) is { } pod && pod.Body.Str("status.phase") == "Running" ? PodInside.Age(place.Cluster, pod, Image) : null;

    /// <summary>The Elasticsearch of its settings, if its own user gets in. <c>elastic</c> is refused since 8.</summary>
    private static ElasticsearchNode? Backend(KubeCluster cluster, StoredObject pod, JsonObject container)
    {
        var environment = PodInside.Environment(cluster, pod, container);
        var user = environment.GetValueOrDefault("ELASTICSEARCH_USERNAME") ?? string.Empty;
        return Uri.TryCreate(environment.GetValueOrDefault("ELASTICSEARCH_HOSTS"), UriKind.Absolute, out var host) && user != "elastic"
            && ElasticsearchNode.ByHost(cluster, pod.Namespace, host.Host) is { } node
            && new ElasticsearchUsers(node).IsGood(user, environment.GetValueOrDefault("ELASTICSEARCH_PASSWORD") ?? string.Empty)
            ? node : null;
    }

    private static PodAnswer Ready(string pod, string version, ElasticsearchNode elasticsearch, PodQuestion question)
    {
        var user = User(elasticsearch, question);
        if (question.Path == "/api/status")
        {
            var overall = new JsonObject { ["level"] = "available" };
            return PodAnswer.Json(200, user is null
                ? new JsonObject { ["status"] = new JsonObject { ["overall"] = overall } }
                : new JsonObject { ["name"] = "kibana", ["version"] = new JsonObject { ["number"] = version }, ["status"] = new JsonObject { ["overall"] = overall } });
        }

        if (user is null)
        {
            return question.Path.StartsWith("/api/", StringComparison.Ordinal)
                ? Failure(401, "Unauthorized", "Unauthorized")
                : new PodAnswer(302, "text/html; charset=utf-8", []).With("Location", "/login?next=" + Uri.EscapeDataString(question.Path));
        }

        return new ElasticsearchUsers(elasticsearch).MayKibana(user, question.Method is "GET" or "HEAD") ? Serve(pod, elasticsearch, question) : Failure(403, "Forbidden", "Forbidden");
    }

    private static PodAnswer Serve(string pod, ElasticsearchNode elasticsearch, PodQuestion question)
    {
        if (DiscoverPage.IsAt(question.Path) || question.Path == "/")
        {
            return question.Path == "/" ? new PodAnswer(302, "text/html; charset=utf-8", []).With("Location", "/app/discover") : DiscoverPage.Answer(pod);
        }

        if (question.Method is not ("GET" or "HEAD") && !question.Headers.ContainsKey("kbn-xsrf"))
        {
            return Failure(400, "Bad Request", "Request must contain a kbn-xsrf header.");
        }

        var path = question.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            return (question.Method, path) switch
            {
                ("POST", ["api", "data_views", "data_view"]) => Create(elasticsearch, JsonNode.Parse(question.Body)),
                ("GET", ["api", "data_views"]) => PodAnswer.Json(200, new JsonObject { ["data_view"] = JsonPaths.Array((Views(elasticsearch) ?? []).Select(v => v.Value?.DeepClone())) }),
                ("GET", ["api", "data_views", "data_view", var id]) when Views(elasticsearch).Obj(Uri.UnescapeDataString(id)) is { } view => PodAnswer.Json(200, new JsonObject { ["data_view"] = view.Clone() }),
                (_, ["api", "data_views", "data_view", var id]) => Failure(404, "Not Found", $"Saved object [index-pattern/{id}] not found"),
                _ => Failure(404, "Not Found", "Not Found"),
            };
        }
        catch (JsonException)
        {
            return Failure(400, "Bad Request", "Invalid request payload JSON format");
        }
    }

    private static JsonObject? Views(ElasticsearchNode elasticsearch) => elasticsearch.State.Obj("dataViews");

    private static PodAnswer Create(ElasticsearchNode elasticsearch, JsonNode? body)
    {
        if (body.Obj("data_view") is not { } asked || asked.Str("title").Length == 0)
        {
            return Failure(400, "Bad Request", "[request body.data_view.title]: expected value of type [string] but got [undefined]");
        }

        var view = asked.Clone();
        view.Default("id", Guid.NewGuid().ToString());
        if (Views(elasticsearch).Obj(view.Str("id")) is not null && !body.Bool("override"))
        {
            return Failure(409, "Conflict", $"Saved object [index-pattern/{view.Str("id")}] conflict");
        }

        view["version"] = "WzEsMV0=";
        view["namespaces"] = new JsonArray("default");
        elasticsearch.State.Child("dataViews")[view.Str("id")] = view;
        elasticsearch.Keep();
        return PodAnswer.Json(200, new JsonObject { ["data_view"] = view.Clone() });
    }

    private static string? User(ElasticsearchNode elasticsearch, PodQuestion question)
    {
        if (question.Headers.GetValueOrDefault("Authorization") is not { } header || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var login = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
        return login.Length == 2 && new ElasticsearchUsers(elasticsearch).IsGood(login[0], login[1]) ? login[0] : null;
    }

    private static PodAnswer Failure(int status, string error, string message) =>
        PodAnswer.Json(status, new JsonObject { ["statusCode"] = status, ["error"] = error, ["message"] = message });
}
