using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps the figures of quotas and disruption budgets.</summary>
internal sealed class Counters : IController
{
    private const string Budgets = "poddisruptionbudgets.policy";

    public bool Concerns(string storage) => storage is not ("events" or "leases.coordination.k8s.io" or "nodes");

    public void Run(Reconciliation now)
    {
        foreach (var quota in now.Store.List("resourcequotas"))
        {
            now.Status("resourcequotas", quota, QuotaUse.Status(now.Cluster, quota));
        }

        foreach (var budget in now.Store.List(Budgets))
        {
            Budget(now, budget);
        }
    }

    private static void Budget(Reconciliation now, StoredObject budget)
    {
        var selects = LabelSelector.Of(budget.Body.At("spec.selector"));
        var pods = now.Store.List("pods", budget.Namespace).Where(p => selects(p.Labels) && p.Body.Str("status.phase") is not ("Succeeded" or "Failed")).ToList();
        var healthy = pods.Count(p => Acts.IsReady(p) && !p.IsGoing());
        var desired = budget.Body.At("spec.minAvailable") is { } least ? Share(least, pods.Count) : pods.Count - Share(budget.Body.At("spec.maxUnavailable"), pods.Count);
        var allowed = Math.Max(0, healthy - desired);
        var old = budget.Body.Items("status.conditions").FirstOrDefault();
        var generation = budget.Body.Int("metadata.generation") ?? 1;
        now.Status(Budgets, budget, new JsonObject
        {
            ["observedGeneration"] = generation,
            ["disruptionsAllowed"] = allowed,
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = desired,
            ["expectedPods"] = pods.Count,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "DisruptionAllowed",
                ["status"] = allowed > 0 ? "True" : "False",
                ["observedGeneration"] = generation,
                ["lastTransitionTime"] = old.Str("status") == (allowed > 0 ? "True" : "False") ? old.Str("lastTransitionTime") : now.Text(),
                ["reason"] = allowed > 0 ? "SufficientPods" : "InsufficientPods",
                ["message"] = string.Empty,
            }),
        });
    }

    private static int Share(JsonNode? node, int of) => node.Text() is { } text && text.EndsWith('%')
        ? (int)Math.Ceiling(of * double.Parse(text[..^1], CultureInfo.InvariantCulture) / 100)
        : node is null ? 0 : (int)node.Number();
}
