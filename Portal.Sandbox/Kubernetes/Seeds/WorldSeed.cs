using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>The cluster of a judge world, from its declarations.</summary>
internal static partial class WorldSeed
{
    public const string Id = "world";

    public static KubeCluster Make(SandboxContext context, JsonObject world)
    {
        var settle = world["settle_seconds"]?.GetValue<double>() ?? 20;
        var start = context.Clock.Now.AddSeconds(-settle - 5);
        var nodes = world.Items("nodes").Select(n => new KubernetesNodeSpec(n.Str("name"), n.Str("role"), n.Str("address"), int.Parse(n.Str("cpu"), System.Globalization.CultureInfo.InvariantCulture), 16384, n.Str("role") == "master" ? "default-master" : "default-worker")).ToList();
        var authority = CertificateAuthority.Create("sandbox-kubernetes-ca", context.Clock.Now);
        var cluster = new KubeCluster(context, new KubernetesClusterSpec(Id, Id, Id, "v1.26.1", authority, nodes)) { Version = new KubeVersion("v1.26.1", "+d2e245f"), Now = start };
        cluster.HasCloud = false;
        cluster.SchedulerHost = "vm";
        cluster.AdvertisedPort = 16443;
        foreach (var node in world.Items("nodes"))
        {
            var taint = (node.Strings("taints") is { Count: > 0 } taints ? taints[0] : null)?.Split(':')[0] ?? "node-role.kubernetes.io/control-plane";
            cluster.NodeFacts[node.Str("name")] = new NodeFacts(node.Str("zone"), node.Str("instance_type"), taint, "localhost", 11250);
        }

        cluster.StaticTokens["sandbox-kube-admin"] = new KubeUser("lab-admin", ["system:masters", "system:authenticated"]);
        cluster.StaticTokens["sandbox-kube-viewer"] = new KubeUser("lab-viewer", ["system:authenticated"]);
        cluster.StaticTokens["sandbox-kube-nobody"] = new KubeUser("lab-nobody", ["system:authenticated"]);
        ClusterSeed.Bootstrap(cluster, "10.254.0.1", 16443);
        Apiservices.Seed(cluster, 11250);
        ClusterSeed.Create(cluster, "services", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "metrics-server", ["namespace"] = "kube-system" },
            ["spec"] = new JsonObject { ["type"] = "ExternalName", ["externalName"] = "localhost" },
        });
        return cluster;
    }

    public static void Fill(KubeCluster cluster, JsonObject world, ControllerLoop controllers)
    {
        var now = cluster.Now;
        controllers.Tick(now);
        foreach (var body in world.Items("objects"))
        {
            Apply(cluster, body.Clone());
            if (body.Str("kind") == "Namespace")
            {
                controllers.Tick(now);
            }
        }

        if (world["bulk_pods"] is JsonObject bulk)
        {
            BulkPods.Fill(cluster, bulk, controllers);
        }

        for (; now < cluster.Context.Clock.Now; now = now.AddMilliseconds(250))
        {
            controllers.Tick(now);
        }

        if (world.Int("history.compacted_before_resource_version") is { } compacted)
        {
            cluster.Store.Compact(compacted);
        }
    }

    private static void Apply(KubeCluster cluster, JsonObject body)
    {
        var type = cluster.Types.ByKind(body.Str("apiVersion"), body.Str("kind")) ?? throw new IOException($"The world has an object of unknown kind {body.Str("kind")}.");
        body.Child("metadata").Child("annotations");
        var text = Astral().Replace(Sorted(body)!.ToJsonString(Patching.FieldKeys.Relaxed), m => System.Text.RegularExpressions.Regex.Unescape(m.Value)) + "\n";
        body.Child("metadata").Child("annotations")["kubectl.kubernetes.io/last-applied-configuration"] = text;
        cluster.Writer.Create(cluster.Types.ByStorage(type.Storage) ?? type, body.Namespace(), body, new Writing.WriteOptions("kubectl-client-side-apply"));
    }

    /// <summary>kubectl writes characters beyond the first plane as they are; the serializer here writes them as two escapes.</summary>
    [System.Text.RegularExpressions.GeneratedRegex(@"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")]
    private static partial System.Text.RegularExpressions.Regex Astral();

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject inner => new JsonObject(inner.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
