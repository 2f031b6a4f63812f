using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>What a cluster has when its API server comes up.</summary>
internal static class ClusterSeed
{
    /// <summary>Makes what every API server makes for itself.</summary>
    public static void Bootstrap(KubeCluster cluster, string serviceAddress, int port = 6443)
    {
        foreach (var ns in new[] { "kube-system", "kube-public", "kube-node-lease", "default" })
        {
            Create(cluster, "namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } });
        }

        foreach (var role in BootstrapRoles.ClusterRoles())
        {
            Create(cluster, "clusterroles.rbac.authorization.k8s.io", role);
        }

        foreach (var binding in BootstrapRoles.ClusterRoleBindings())
        {
            Create(cluster, "clusterrolebindings.rbac.authorization.k8s.io", binding);
        }

        var service = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["namespace"] = "default", ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = serviceAddress,
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["protocol"] = "TCP", ["targetPort"] = port }),
            },
        };
        Create(cluster, "services", service);
        Create(cluster, "endpoints", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["namespace"] = "default", ["labels"] = new JsonObject { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = cluster.Spec.Nodes.FirstOrDefault(n => n.Role == "master")?.Address ?? "10.0.0.5" }),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = port, ["protocol"] = "TCP" }),
            }),
        });
        foreach (var (name, value) in new[] { ("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000) })
        {
            Create(cluster, "priorityclasses.scheduling.k8s.io", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value, ["preemptionPolicy"] = "PreemptLowerPriority" });
        }
    }

    /// <summary>Makes a fresh cluster as Magnum hands it over.</summary>
    public static void Fresh(KubeCluster cluster)
    {
        Bootstrap(cluster, "10.254.0.1");
        Apiservices.Seed(cluster);
        SystemPods.Seed(cluster);
    }

    public static JsonObject Create(KubeCluster cluster, string storage, JsonObject body)
    {
        var type = cluster.Type(storage);
        return cluster.Writer.Create(type, type.Namespaced ? body.Namespace() : string.Empty, body, new WriteOptions("kube-apiserver"));
    }
}
