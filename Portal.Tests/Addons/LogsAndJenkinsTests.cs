using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>The whole default profile on a simulated cluster: what holds afterwards.</summary>
public sealed class LogsAndJenkinsTests(PlatformCluster cluster) : IClassFixture<PlatformCluster>
{
    private const string Elasticsearch = "app.kubernetes.io/name=elasticsearch";
    private static readonly AddonLogin Elastic = new() { Secret = "elasticsearch-elastic" };

    [Fact]
    public void Plan_OfTheDefaultProfile_StartsShipperAndKibanaAfterElasticsearchIsSetUp()
    {
        var done = Step("elasticsearch").EndedAt;

        Assert.NotNull(done);
        Assert.True(Step("fluentd").StartedAt >= done);
        Assert.True(Step("kibana").StartedAt >= done);
    }

    [Fact]
    public async Task Index_MadeByTheShipper_HasTheTemplatesMappingAndRetention()
    {
        var index = new AddonRequest { Selector = Elasticsearch, Port = 9200, Path = "/logstash-*", Login = Elastic, Expect = "\"pod_name\":\\{\"type\":\"keyword\"\\}" };

        Assert.True(await cluster.AskAsync(index));
        Assert.True(await cluster.AskAsync(index with { Expect = "platform-logs" }));
    }

    [Fact]
    public async Task Lines_OfTheLoggingNamespace_AreNotShipped()
    {
        var lines = new AddonRequest
        {
            Selector = Elasticsearch,
            Port = 9200,
            Path = "/logstash-*/_search",
            Method = "POST",
            Login = new AddonLogin { Secret = "elasticsearch-portal" },
            Body = """{"size":0,"query":{"term":{"kubernetes.namespace_name":"logging"}}}""",
            Expect = "\"total\":\\{\"value\":0,",
        };

        Assert.True(await cluster.AskAsync(lines));
        Assert.False(await cluster.AskAsync(lines with { Body = lines.Body!.Replace("logging", "monitoring", StringComparison.Ordinal) }));
    }

    [Fact]
    public async Task Secrets_AfterARepeatedRun_AreTheSameAndNowhereElse()
    {
        var before = await cluster.SecretsAsync("logging") + await cluster.SecretsAsync("cicd");
        Assert.Null(await cluster.AgainAsync("elasticsearch"));
        Assert.Null(await cluster.AgainAsync("kibana"));
        Assert.Null(await cluster.AgainAsync("jenkins"));

        Assert.Equal(before, await cluster.SecretsAsync("logging") + await cluster.SecretsAsync("cicd"));
        var files = Directory.EnumerateFiles(cluster.DataFolder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)).Select(Content).ToList();
        Assert.NotEmpty(files);
        foreach (var secret in await cluster.SecretValuesAsync("logging"))
        {
            Assert.DoesNotContain(files, f => f.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Volume_OfElasticsearch_KeepsTemplateAndDataViewWhenThePodIsDeleted()
    {
        var old = (string)(await cluster.ObjectAsync("v1", "Pod", "logging", "elasticsearch-0"))["metadata"]!["uid"]!;
        await cluster.Api.DeleteAsync(KubernetesResource.Of("v1", "Pod"), "logging", "elasticsearch-0", CancellationToken.None);
        await Eventually.TrueAsync(async () => (string?)(await FindAsync("v1", "Pod", "logging", "elasticsearch-0"))?["metadata"]!["uid"] is { } now && now != old, "there is a new pod");
        var view = new AddonRequest { Selector = "app.kubernetes.io/name=kibana", Port = 5601, Path = "/api/data_views/data_view/kubernetes-logs", Login = Elastic };

        await Eventually.TrueAsync(() => Quietly(() => cluster.AskAsync(view)), "Kibana has its data view again");
        await Eventually.TrueAsync(() => Quietly(() => cluster.AskAsync(new AddonRequest { Selector = Elasticsearch, Port = 9200, Path = "/_index_template/platform-logs", Login = Elastic })), "the template is still there");
    }

    [Fact]
    public async Task Kibana_KnowsItsPublicAddress()
    {
        var kibana = await cluster.ObjectAsync("apps/v1", "Deployment", "logging", "kibana");
        var ingress = await cluster.ObjectAsync("networking.k8s.io/v1", "Ingress", "logging", "kibana");

        var url = kibana["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Single(e => (string)e!["name"]! == "SERVER_PUBLICBASEURL")!["value"]!.GetValue<string>();
        Assert.Equal("https://kibana.shop-logs.platform.internal", url);
        Assert.Equal(new Uri(url).Host, ingress["spec"]!["rules"]![0]!["host"]!.GetValue<string>());
    }

    [Fact]
    public async Task Jenkins_AsksForRights_HasThemForAgentsOnly()
    {
        var agents = new DeniedRights { Accounts = ["cicd/jenkins"], Namespace = "cicd-agents", Verbs = ["create"], Resources = ["pods"] };
        Assert.Equal("addon.rights-too-wide", (await RightsCheck.LookAsync(cluster.Api, [agents], CancellationToken.None))?.Code);

        foreach (var space in new[] { "zone-prod", "zone-test", "kube-system", "cicd" })
        {
            Assert.Null(await RightsCheck.LookAsync(cluster.Api, [.. Denied().Select(d => d with { Namespace = space })], CancellationToken.None));
        }
    }

    [Fact]
    public async Task Jenkins_GivenARightInProductionByHand_IsNotCalledWorking()
    {
        var binding = JsonNode.Parse("""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"by-hand","namespace":"zone-prod"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},"subjects":[{"kind":"ServiceAccount","name":"jenkins","namespace":"cicd"}]}
            """)!.AsObject();
        await cluster.Api.ApplyAsync(binding, CancellationToken.None);
        try
        {
            var reason = await cluster.AgainAsync("jenkins");

            Assert.Equal(("addon.rights-too-wide", "cicd/jenkins", "zone-prod"), (reason?.Code, reason?.Arguments["account"], reason?.Arguments["namespace"]));
        }
        finally
        {
            await cluster.Api.DeleteAsync(KubernetesResource.Of("rbac.authorization.k8s.io/v1", "RoleBinding"), "zone-prod", "by-hand", CancellationToken.None);
            await Eventually.TrueAsync(async () => await FindAsync("rbac.authorization.k8s.io/v1", "RoleBinding", "zone-prod", "by-hand") is null, "the binding is gone");
        }
    }

    private static ImmutableArray<DeniedRights> Denied() => new AddonCatalog().Addons["jenkins"].Denied;

    private static async Task<bool> Quietly(Func<Task<bool>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Portal.Core.Backends.BackendException)
        {
            return false;
        }
    }

    private static string Content(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, System.Text.Encoding.Latin1);
        return reader.ReadToEnd();
    }

    private Task<JsonObject?> FindAsync(string version, string kind, string space, string name) => cluster.Api.FindAsync(KubernetesResource.Of(version, kind), space, name, CancellationToken.None);

    private PlanStep Step(string addon) => cluster.Plan.Steps.Single(s => s.Id == "addon." + addon);
}
