using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Sandbox;

/// <summary>What the simulated Elasticsearch, Kibana and Jenkins refuse, as the real ones do.</summary>
public sealed class LogProgramsTests(PlatformCluster cluster) : IClassFixture<PlatformCluster>
{
    private static readonly AddonLogin Elastic = new() { Secret = "elasticsearch-elastic" };
    private static readonly AddonRequest Elasticsearch = new() { Selector = "app.kubernetes.io/name=elasticsearch", Port = 9200, Path = "/" };
    private static readonly AddonRequest Kibana = new() { Selector = "app.kubernetes.io/name=kibana", Port = 5601, Path = "/api/status" };
    private static readonly AddonRequest Jenkins = new() { Selector = "app.kubernetes.io/name=jenkins", Port = 8080, Path = "/" };

    [Fact]
    public async Task Elasticsearch_WithoutOrWithAnotherAccount_RefusesAsItDoes()
    {
        await AllAsync(
            Elasticsearch with { Status = 401, Expect = "missing authentication credentials for REST request \\[/\\]", ExpectHeader = "WWW-Authenticate" },
            Elasticsearch with { Status = 401, Login = new AddonLogin { Secret = "kibana-keys", UserKey = "security", PasswordKey = "security" }, Expect = "unable to authenticate user" },
            Elasticsearch with { Login = Elastic, ExpectHeader = "X-elastic-product", Expect = "\"number\":\"8.19.2\"" },
            Elasticsearch with { Path = "/_index_template/mine", Method = "PUT", Body = "{}", Login = new AddonLogin { Secret = "elasticsearch-shipper" }, Status = 403, Expect = "is unauthorized for user \\[log_shipper\\]" },
            Elasticsearch with { Path = "/logstash-*/_search", Method = "POST", Body = "{}", Login = new AddonLogin { Secret = "elasticsearch-shipper" }, Status = 403 },
            Elasticsearch with { Path = "/nope/_search", Method = "POST", Body = "{}", Login = Elastic, Status = 404, Expect = "no such index \\[nope\\]" },
            Elasticsearch with { Path = "/nope*/_search", Method = "POST", Body = "{}", Login = Elastic, Expect = "\"total\":0," },
            Elasticsearch with { Path = "/logstash-*/_search", Method = "POST", Body = "{", Login = Elastic, Status = 400 },
            Elasticsearch with { Path = "/logstash-*/_search", Method = "POST", Body = """{"query":{"fuzzy_thing":{}}}""", Login = Elastic, Status = 400, Expect = "unknown query" },
            Elasticsearch with { Path = "/_ilm/policy/nope", Login = Elastic, Status = 404 });
    }

    [Fact]
    public async Task Kibana_ViewsAndStatus_AnswerAsItDoes()
    {
        var view = Kibana with { Path = "/api/data_views/data_view", Method = "POST", Login = Elastic, Body = """{"data_view":{"id":"kubernetes-logs","title":"logstash-*"}}""" };
        await AllAsync(
            Kibana with { Expect = "^\\{\"status\":\\{\"overall\":\\{\"level\":\"available\"\\}\\}\\}$" },
            Kibana with { Login = Elastic, Expect = "\"number\":\"8.19.2\"" },
            view with { Status = 400, Expect = "kbn-xsrf header" },
            view with { Status = 409, Headers = view.Headers.Add("kbn-xsrf", "x") },
            view with { Login = null, Status = 401 },
            view with { Method = "GET", Body = null, Path = "/api/data_views/data_view/nope", Status = 404, Expect = "index-pattern/nope" });
    }

    [Fact]
    public async Task Jenkins_Anybody_MayAskWhoTheyAreAndNothingElse()
    {
        var portal = new AddonLogin { Secret = "jenkins-portal" };
        await AllAsync(
            "cicd",
            Jenkins with { Status = 403, ExpectHeader = "X-Required-Permission", Expect = "Authentication required" },
            Jenkins with { Path = "/login", ExpectHeader = "X-Jenkins" },
            Jenkins with { Path = "/whoAmI/api/json", Expect = "\"anonymous\":true,\"authenticated\":true" },
            Jenkins with { Path = "/whoAmI/api/json", Status = 401, ExpectHeader = "WWW-Authenticate", Login = new AddonLogin { Secret = "jenkins-portal", PasswordKey = "username" } },
            Jenkins with { Path = "/crumbIssuer/api/json", Login = portal, Expect = "Jenkins-Crumb", ExpectHeader = "Set-Cookie" },
            Jenkins with { Path = "/createItem?name=x", Method = "POST", Body = "<x/>", Login = portal, Status = 403, Expect = "No valid crumb" },
            Jenkins with { Path = "/api/json", Login = portal, Expect = "\"jobs\":\\[\\]" });
    }

    [Fact]
    public async Task Elasticsearch_WithoutAClaim_LosesWhatItKeptWithItsPod()
    {
        var temporary = Elasticsearch with { Selector = "app=temporary", Path = "/_index_template/mine", Login = Elastic };
        await cluster.Api.ApplyAsync(JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"temporary","namespace":"logging"},"spec":{"selector":{"matchLabels":{"app":"temporary"}},
             "template":{"metadata":{"labels":{"app":"temporary"}},"spec":{"containers":[{"name":"e","image":"r/elasticsearch:8.19.2","ports":[{"containerPort":9200}],
              "env":[{"name":"ELASTIC_PASSWORD","valueFrom":{"secretKeyRef":{"name":"elasticsearch-elastic","key":"password"}}}],"readinessProbe":{"tcpSocket":{"port":9200}},
              "volumeMounts":[{"name":"data","mountPath":"/usr/share/elasticsearch/data"}]}],"volumes":[{"name":"data","emptyDir":{}}]}}}}
            """)!.AsObject(), CancellationToken.None);
        await Eventually.TrueAsync(() => AnswersAsync(temporary with { Method = "PUT", Body = "{}" }), "it keeps a template");
        await AllAsync(temporary);

        foreach (var pod in await cluster.Api.ListAsync(KubernetesResource.Of("v1", "Pod"), "logging", CancellationToken.None, labelSelector: "app=temporary"))
        {
            await cluster.Api.DeleteAsync(KubernetesResource.Of("v1", "Pod"), "logging", (string)pod["metadata"]!["name"]!, CancellationToken.None);
        }

        await Eventually.TrueAsync(() => AnswersAsync(temporary with { Status = 404, Expect = "index template matching \\[mine\\] not found" }), "the next pod knows nothing of it");
        await cluster.Api.DeleteAsync(KubernetesResource.Of("apps/v1", "Deployment"), "logging", "temporary", CancellationToken.None);
    }

    private async Task<bool> AnswersAsync(AddonRequest request)
    {
        try
        {
            return await cluster.AskAsync(request);
        }
        catch (BackendException)
        {
            return false;
        }
    }

    private Task AllAsync(params AddonRequest[] requests) => AllAsync("logging", requests);

    private async Task AllAsync(string space, params AddonRequest[] requests)
    {
        foreach (var request in requests)
        {
            Assert.True(await cluster.AskAsync(request, space), request.ToString());
        }
    }
}
