using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portal.Sandbox.Elasticsearch;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Tests.Sandbox.Metrics;

namespace Portal.Tests.Logs;

/// <summary>The search server of a small cluster of the sandbox, of any version, on a port of its own: what a forwarded port leads to. Its pods' lines are shipped.</summary>
internal sealed class SearchServer : IAsyncDisposable
{
    public const string Password = "labpass";

    private const string Shipper = """
        [OUTPUT]
            Name es
            Host search
            HTTP_User USER
            HTTP_Passwd labpass
            Suppress_Type_Name On
        """;

    private readonly MetricsCluster cluster;
    private readonly WebApplication web;

    private SearchServer(MetricsCluster cluster, WebApplication web)
    {
        this.cluster = cluster;
        this.web = web;
    }

    public Uri Address => new(web.Urls.Single());

    public SandboxContext Context => cluster.Context;

    public DateTimeOffset Now => cluster.Now;

    /// <summary>Starts one of an image, <c>elasticsearch:9.1.0</c> or <c>opensearch:2.19.1</c>, with some minutes of lines in it.</summary>
    public static async Task<SearchServer> StartAsync(string image)
    {
        var user = image.StartsWith("opensearch", StringComparison.Ordinal) ? "admin" : "elastic";
        var cluster = new MetricsCluster(string.Empty);
        foreach (var body in Objects(image, user))
        {
            cluster.Apply(body);
        }

        cluster.Pass(TimeSpan.FromMinutes(4));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        web.Run(http => AnswerAsync(cluster, http));
        await web.StartAsync();
        return new SearchServer(cluster, web);
    }

    /// <summary>Gives a client that signs in.</summary>
    public HttpClient Client(string user)
    {
        var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Password}")));
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        cluster.Dispose();
    }

    private static async Task AnswerAsync(MetricsCluster cluster, HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var path = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        var answer = ElasticsearchProgram.Answer(new PodPlace(cluster.Cluster, "monitoring", "search-0"), new PodQuestion(http.Request.Method, path, http.Request.QueryString.Value?.TrimStart('?') ?? string.Empty, headers, body.ToArray()));
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
        }
    }

    /// <summary>Gives what makes a search server with shippers on both nodes, in the namespace monitoring.</summary>
    public static IEnumerable<JsonObject> Objects(string image, string user)
    {
        yield return Made("v1", "Service", "search", "monitoring", """{"spec":{"selector":{"app":"search"},"ports":[{"port":9200}]}}""");
        yield return Made("v1", "ConfigMap", "shipper", "monitoring", new JsonObject { ["data"] = new JsonObject { ["fluent-bit.conf"] = Shipper.Replace("USER", user, StringComparison.Ordinal) } }.ToJsonString());
        yield return Made("v1", "Pod", "search-0", "monitoring", $$$"""
            {"metadata":{"labels":{"app":"search"}},"spec":{"nodeName":"w-1","containers":[{"name":"search","image":"{{{image}}}","ports":[{"containerPort":9200}],
             "env":[{"name":"ELASTIC_PASSWORD","value":"labpass"},{"name":"OPENSEARCH_INITIAL_ADMIN_PASSWORD","value":"labpass"}]}]}}
            """);
        foreach (var node in new[] { "w-1", "w-2" })
        {
            yield return Made("v1", "Pod", "ship-" + node, "monitoring", $$$"""
                {"spec":{"nodeName":"{{{node}}}","containers":[{"name":"ship","image":"fluent-bit:4.0.3","volumeMounts":[{"name":"c","mountPath":"/fluent-bit/etc/conf"}]}],"volumes":[{"name":"c","configMap":{"name":"shipper"}}]}}
                """);
            yield return Made("v1", "Pod", "shop-" + node, "default", $$$"""{"spec":{"nodeName":"{{{node}}}","containers":[{"name":"shop","image":"shop:1.0.0"}]}}""");
        }
    }

    private static JsonObject Made(string version, string kind, string name, string space, string rest)
    {
        var body = JsonNode.Parse(rest)!.AsObject();
        var metadata = body["metadata"]?.DeepClone().AsObject() ?? [];
        (metadata["name"], metadata["namespace"]) = (name, space);
        (body["apiVersion"], body["kind"], body["metadata"]) = (version, kind, metadata);
        return body;
    }
}
