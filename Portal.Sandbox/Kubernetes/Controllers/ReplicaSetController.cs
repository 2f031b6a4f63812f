using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps as many pods as a replica set asks for.</summary>
internal sealed class ReplicaSetController : IController
{
    private const string Storage = "replicasets.apps";
    private const string Component = "replicaset-controller";

    public bool Concerns(string storage) => storage is Storage or "pods";

    public void Run(Reconciliation now)
    {
        var type = now.Cluster.Type(Storage);
        foreach (var set in now.Store.List(Storage))
        {
            var pods = now.Controlled("pods", set).Where(p => !p.IsGoing() && p.Body.Str("status.phase") is not ("Succeeded" or "Failed")).ToList();
            var wanted = set.Body.Int("spec.replicas") ?? 1;
            if (!set.IsGoing())
            {
                for (var i = pods.Count; i < wanted; i++)
                {
                    if (PodMaker.Make(now, type, set, set.Body.Obj("spec.template")!, null, Component) is not { } made)
                    {
                        break;
                    }

                    pods.Add(made);
                }

                foreach (var pod in pods.OrderBy(Acts.IsReady).ThenByDescending(p => p.Body.Str("metadata.creationTimestamp"), StringComparer.Ordinal).Take(Math.Max(0, pods.Count - wanted)).ToList())
                {
                    PodMaker.Delete(now, type, set, pod, Component);
                    pods.Remove(pod);
                }
            }

            Report(now, set, pods);
        }
    }

    private static void Report(Reconciliation now, StoredObject old, List<StoredObject> pods)
    {
        var set = now.Store.Find(Storage, old.Namespace, old.Name);
        if (set is null)
        {
            return;
        }

        var labels = set.Body.Map("spec.template.metadata.labels");
        var ready = pods.Count(Acts.IsReady);
        var status = new JsonObject { ["replicas"] = pods.Count };
        var full = pods.Count(p => labels.All(l => p.Labels.GetValueOrDefault(l.Key) == l.Value));
        foreach (var (name, count) in new[] { ("fullyLabeledReplicas", full), ("readyReplicas", ready), ("availableReplicas", ready) })
        {
            if (count > 0)
            {
                status[name] = count;
            }
        }

        status["observedGeneration"] = set.Body.Int("metadata.generation") ?? 1;
        now.Status(Storage, set, status);
    }
}
