using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>The status of a deployment, with its conditions.</summary>
internal static class DeploymentStatus
{
    public static JsonObject Of(Reconciliation now, StoredObject deployment, StoredObject? current, IReadOnlyList<StoredObject> sets)
    {
        var wanted = deployment.Body.Int("spec.replicas") ?? 1;
        current = current is null ? null : sets.FirstOrDefault(s => s.Uid == current.Uid) ?? current;
        var replicas = sets.Sum(s => s.Body.Int("status.replicas") ?? 0);
        var updated = current?.Body.Int("status.replicas") ?? 0;
        var ready = sets.Sum(s => s.Body.Int("status.readyReplicas") ?? 0);
        var status = new JsonObject { ["observedGeneration"] = deployment.Body.Int("metadata.generation") ?? 1 };
        foreach (var (name, count) in new[] { ("replicas", replicas), ("updatedReplicas", updated), ("readyReplicas", ready), ("availableReplicas", ready), ("unavailableReplicas", Math.Max(0, Math.Max(wanted, replicas) - ready)) })
        {
            if (count > 0)
            {
                status[name] = count;
            }
        }

        var old = deployment.Body.Items("status.conditions").ToList();
        var available = ready >= wanted - Unavailable(deployment, wanted);
        var complete = updated == wanted && replicas == wanted && ready >= wanted;
        var progress = Progress(now, deployment, current, complete, old.Find(c => c.Str("type") == "Progressing"), ready);
        var first = Condition(now, old, "Available", available ? "True" : "False", available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.");
        status["conditions"] = new JsonArray(first, progress);
        return status;
    }

    private static int Unavailable(StoredObject deployment, int wanted)
    {
        var node = deployment.Body.At("spec.strategy.rollingUpdate.maxUnavailable");
        return node.Text() is { } text && text.EndsWith('%') ? (int)(wanted * double.Parse(text[..^1], System.Globalization.CultureInfo.InvariantCulture) / 100) : node is null ? 0 : (int)node.Number();
    }

    private static JsonObject Progress(Reconciliation now, StoredObject deployment, StoredObject? current, bool complete, JsonObject? old, int ready)
    {
        List<JsonObject> before = old is null ? [] : [old];
        var set = current?.Name ?? string.Empty;
        if (complete)
        {
            return Condition(now, before, "Progressing", "True", "NewReplicaSetAvailable", $"ReplicaSet \"{set}\" has successfully progressed.");
        }

        var since = KubeTime.Parse(old?["lastUpdateTime"]) ?? now.Now;
        var limit = deployment.Body.Int("spec.progressDeadlineSeconds") ?? 600;
        var moved = (deployment.Body.Int("status.readyReplicas") ?? 0) < ready || deployment.Body.Int("status.observedGeneration") != deployment.Body.Int("metadata.generation");
        var late = old is not null && !moved && old.Str("reason") is not "NewReplicaSetAvailable" && now.Reached(since + now.Paced(limit));
        return late
            ? Condition(now, before, "Progressing", "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{set}\" has timed out progressing.")
            : Condition(now, before, "Progressing", "True", "ReplicaSetUpdated", $"ReplicaSet \"{set}\" is progressing.", moved);
    }

    private static JsonObject Condition(Reconciliation now, List<JsonObject> old, string type, string status, string reason, string message, bool touch = false)
    {
        var before = old.Find(c => c.Str("type") == type);
        if (!touch && before is not null && before.Str("status") == status && before.Str("reason") == reason && before.Str("message") == message)
        {
            return before.Clone();
        }

        return new JsonObject
        {
            ["type"] = type,
            ["status"] = status,
            ["lastUpdateTime"] = now.Text(),
            ["lastTransitionTime"] = before.Str("status") == status ? before.Str("lastTransitionTime") : now.Text(),
            ["reason"] = reason,
            ["message"] = message,
        };
    }
}
