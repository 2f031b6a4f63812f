using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Elasticsearch;
using Portal.Sandbox.Elasticsearch;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Tests.Support;

namespace Portal.Tests.Logs;

/// <summary>Clusters of p1 with lines that a test wrote, searched by the sandbox's engine; the way into them is left out.</summary>
internal sealed class LogWorld : IClusterPrograms
{
    public static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    public static readonly LogSource Prod = new("c1", "shop-prod");

    public static readonly LogSource Test = new("c2", "shop-test");

    public Dictionary<string, List<ShippedLine>> Lines { get; } = new(StringComparer.Ordinal) { ["c1"] = [], ["c2"] = [] };

    public List<(string Cluster, string Path, string? Body)> Asked { get; } = [];

    /// <summary>Gets what a cluster answers in place of its engine: called for each request.</summary>
    public Dictionary<string, Func<ProgramRequest, HttpResponseMessage?>> Instead { get; } = new(StringComparer.Ordinal);

    public JsonObject Mappings { get; set; } = Keywords();

    public string Root { get; set; } = """{"version":{"number":"8.19.2","build_flavor":"default"},"tagline":"You Know, for Search"}""";

    public LogsOptions Options { get; } = new();

    public Portal.Core.Delivery.Apps.AppsOptions Apps { get; } = new();

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Scope Scope { get; } = TestScopes.Fake(new Dictionary<string, string>());

    public IProjectLogs Logs => new ProjectLogs(new ElasticsearchClient(this, Microsoft.Extensions.Options.Options.Create(Options), Time), new Portal.Core.Delivery.Apps.ClusterApps(Microsoft.Extensions.Options.Options.Create(Apps), Microsoft.Extensions.Options.Options.Create(Options)), Microsoft.Extensions.Options.Options.Create(Options), Time);

    public static LogSearch All => new() { From = Now.AddHours(-2), To = Now };

    public static JsonObject Keywords() => new() { ["properties"] = Properties(new() { ["type"] = "keyword" }) };

    public static JsonObject Texts() => new() { ["properties"] = Properties(new() { ["type"] = "text", ["fields"] = new JsonObject { ["keyword"] = new JsonObject { ["type"] = "keyword" } } }) };

    public static ShippedLine Line(int number, DateTimeOffset at, string text, string pod = "api-7d9f6b5c4d-x2k8q", string space = "zone-prod", string container = "api") =>
        new("logstash-" + at.UtcDateTime.ToString("yyyy.MM.dd", System.Globalization.CultureInfo.InvariantCulture), $"d{number}", at, text, new(pod, space, "uid", container, "image", "worker-1", new Dictionary<string, string>())) { Doc = number };

    public void Write(string cluster, int count, Func<int, DateTimeOffset> at, Func<int, string>? text = null) =>
        Lines[cluster].AddRange(Enumerable.Range(0, count).Select(n => Line(n, at(n), text?.Invoke(n) ?? $"level=info n={n}")));

    public Task<HttpResponseMessage?> SendAsync(ClusterKey cluster, Scope scope, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        lock (Asked)
        {
            Asked.Add((cluster.ClusterId, request.Path, request.Body));
        }

        if (cluster.ProjectId != "p1" || !Lines.TryGetValue(cluster.ClusterId, out var lines))
        {
            throw new BackendException("kubernetes", "reach the cluster", BackendFailure.NotFound, "The portal has no identity in this cluster yet.");
        }

        return Task.FromResult(Instead.TryGetValue(cluster.ClusterId, out var other) ? other(request) : Answer(request, lines));
    }

    public Task<HttpResponseMessage?> SendAsPortalAsync(ClusterKey cluster, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public static HttpResponseMessage Json(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    public HttpResponseMessage Answer(ProgramRequest request, List<ShippedLine> lines)
    {
        if (request.Path == "/")
        {
            return Json(200, Root);
        }

        var names = lines.Select(l => l.Index).Distinct().Order(StringComparer.Ordinal).Select(i => KeyValuePair.Create<string, JsonObject?>(i, Mappings)).ToList();
        var engine = new ElasticsearchSearch(names, lines, Now);
        var parts = request.Path.Split('?');
        var question = new PodQuestion(request.Method.Method, parts[0], parts[1], new Dictionary<string, string>(), Encoding.UTF8.GetBytes(request.Body ?? ""));
        var path = parts[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var answer = path[1] == "_field_caps" ? engine.Fields(question, path[0]) : engine.Answer(question, path[0], countOnly: false);
        return Json(answer.Status, Encoding.UTF8.GetString(answer.Body));
    }

    private static JsonObject Properties(JsonObject word)
    {
        JsonObject Word() => word.DeepClone().AsObject();
        return new JsonObject
        {
            ["@timestamp"] = new JsonObject { ["type"] = "date" },
            ["log"] = new JsonObject { ["type"] = "text" },
            ["kubernetes"] = new JsonObject { ["properties"] = new JsonObject { ["pod_name"] = Word(), ["namespace_name"] = Word(), ["container_name"] = Word(), ["host"] = Word() } },
        };
    }
}
