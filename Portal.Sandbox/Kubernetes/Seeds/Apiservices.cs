using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>The registration of metrics.k8s.io.</summary>
internal static class Apiservices
{
    public static void Seed(KubeCluster cluster, int port = 443)
    {
        var storage = "apiservices.apiregistration.k8s.io";
        var service = new JsonObject { ["namespace"] = "kube-system", ["name"] = "metrics-server", ["port"] = port };
        var made = ClusterSeed.Create(cluster, storage, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "v1beta1.metrics.k8s.io" },
            ["spec"] = new JsonObject
            {
                ["service"] = service,
                ["group"] = "metrics.k8s.io",
                ["version"] = "v1beta1",
                ["insecureSkipTLSVerify"] = true,
                ["groupPriorityMinimum"] = 100,
                ["versionPriority"] = 100,
            },
        });
        made["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Available",
                ["status"] = "True",
                ["lastTransitionTime"] = KubeTime.Text(cluster.Now),
                ["reason"] = "Passed",
                ["message"] = "all checks passed",
            }),
        };
        cluster.Store.Put(storage, made);
    }
}
