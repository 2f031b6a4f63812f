using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>Very many pods that do nothing, bound to the workers in turn.</summary>
internal static class BulkPods
{
    public static void Fill(KubeCluster cluster, JsonObject bulk, ControllerLoop controllers)
    {
        var ns = bulk.Str("namespace");
        ClusterSeed.Create(cluster, "namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } });
        controllers.Tick(cluster.Now);
        var workers = cluster.Spec.Nodes.Where(n => n.Role != "master").ToList();
        var now = new Reconciliation(cluster);
        var counters = new int[workers.Count];
        for (var i = 0; i < (bulk.Int("count") ?? 0); i++)
        {
            var worker = workers[i % workers.Count];
            var pod = Pod(ns, i, worker.Name);
            var made = ClusterSeed.Create(cluster, "pods", pod);
            var address = $"10.{244 + 1 + (i % workers.Count)}.{counters[i % workers.Count] / 250}.{(counters[i % workers.Count]++ % 250) + 2}";
            var status = made.Child("status");
            status["phase"] = "Running";
            status["conditions"] = PodStatus.Conditions(now, true);
            status["hostIP"] = worker.Address;
            status["podIP"] = address;
            status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
            status["startTime"] = KubeTime.Text(cluster.Now);
            status["containerStatuses"] = JsonPaths.Array(made.Items("spec.containers").Select(c => PodStatus.Running(now, c, true)));
            cluster.Store.Put("pods", PodStatus.Order(made));
        }
    }

    private static JsonObject Pod(string ns, int i, string node)
    {
        var number = i.ToString(CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "p" + i.ToString("00000", CultureInfo.InvariantCulture), ["namespace"] = ns, ["labels"] = new JsonObject { ["app"] = "a" + (i % 10).ToString(CultureInfo.InvariantCulture), ["i"] = number } },
            ["spec"] = new JsonObject
            {
                ["nodeName"] = node,
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["name"] = "c",
                    ["image"] = "nginx:1.25",
                    ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "1m", ["memory"] = "1Mi" } },
                }),
            },
        };
    }
}
