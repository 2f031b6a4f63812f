using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>
/// The demo's story, played before anybody looks, at the real pace: <c>checkout</c> runs in <c>zone-prod</c> of shop-prod, got a good release an hour ago
/// and a bad one ten minutes ago. Restarts, events, logs and series follow from that by themselves.
/// </summary>
internal static class ReleaseStory
{
    /// <summary>The demo's cluster in which it happens.</summary>
    public const string ClusterName = "shop-prod";

    private const string Space = "zone-prod";
    private const string App = "checkout";

    /// <summary>Gets how long ago it begins.</summary>
    public static TimeSpan Begin { get; } = TimeSpan.FromMinutes(72);

    /// <summary>Plays it up to now. The cluster's own beginning lies in the past too.</summary>
    public static void Play(KubeCluster cluster, ControllerLoop controllers, string registry)
    {
        var now = cluster.Context.Clock.Now;
        cluster.IsInPast = true;
        Pass(cluster, controllers, now.AddMinutes(-70));
        foreach (var (storage, body) in Objects($"{registry}/team-shop/{App}:1.4.1"))
        {
            ClusterSeed.Create(cluster, storage, body);
        }

        Pass(cluster, controllers, now.AddMinutes(-60));
        Release(cluster, $"{registry}/team-shop/{App}:1.4.2", "1.4.2: faster basket");
        Pass(cluster, controllers, now.AddMinutes(-10));
        Release(cluster, $"{registry}/team-shop/{App}:1.5.0-bad", "1.5.0: discounts");
        Pass(cluster, controllers, now);
        cluster.IsInPast = false;
    }

    private static void Pass(KubeCluster cluster, ControllerLoop controllers, DateTimeOffset until)
    {
        for (var time = cluster.Now; time < until; time = time.AddSeconds(2))
        {
            controllers.Tick(time);
        }

        controllers.Tick(until);
    }

    private static void Release(KubeCluster cluster, string image, string why)
    {
        lock (cluster.Store.Gate)
        {
            var body = cluster.Store.Find("deployments.apps", Space, App)!.Copy();
            body.Items("spec.template.spec.containers").Single()["image"] = image;
            body.Child("metadata").Child("annotations")["kubernetes.io/change-cause"] = why;
            body["metadata"]!["generation"] = (body.Int("metadata.generation") ?? 1) + 1;
            cluster.Store.Put("deployments.apps", body);
        }
    }

    private static IEnumerable<(string Storage, JsonObject Body)> Objects(string image)
    {
        JsonObject Metadata() => new() { ["name"] = App, ["namespace"] = Space, ["labels"] = new JsonObject { ["app"] = App } };
        JsonObject Labels() => new() { ["app"] = App };
        yield return ("namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = Space } });
        var container = JsonNode.Parse("""
            {"name":"checkout","ports":[{"containerPort":8080}],"readinessProbe":{"httpGet":{"path":"/healthz","port":8080},"initialDelaySeconds":3},
             "resources":{"requests":{"cpu":"200m","memory":"256Mi"},"limits":{"cpu":"1","memory":"512Mi"}}}
            """)!.AsObject();
        container["image"] = image;
        yield return ("deployments.apps", new JsonObject
        {
            ["metadata"] = Metadata(),
            ["spec"] = new JsonObject
            {
                ["replicas"] = 3,
                ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
                ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Labels() }, ["spec"] = new JsonObject { ["containers"] = new JsonArray(container) } },
            },
        });
        yield return ("services", new JsonObject { ["metadata"] = Metadata(), ["spec"] = new JsonObject { ["selector"] = Labels(), ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = 8080 }) } });
        yield return ("ingresses.networking.k8s.io", new JsonObject
        {
            ["metadata"] = Metadata(),
            ["spec"] = JsonNode.Parse("""{"rules":[{"host":"checkout.shop.example","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"checkout","port":{"number":80}}}}]}}]}"""),
        });
    }
}
