using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>Refusals that depend on the rest of the cluster: namespaces that end, quotas that are full.</summary>
internal static class Admission
{
    /// <exception cref="KubeException">404: no such namespace; 403: it is being terminated.</exception>
    public static void NamespaceTakes(KubeCluster cluster, ResourceType type, string ns, string name)
    {
        var space = cluster.Store.Find("namespaces", string.Empty, ns) ?? throw KubeException.NotFound(string.Empty, "namespaces", ns);
        if (space.Body.Str("status.phase") == "Terminating")
        {
            var cause = new JsonObject { ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {ns} is being terminated", ["field"] = "metadata.namespace" };
            throw KubeException.Forbidden(type.Group, type.Plural, name, $"unable to create new content in namespace {ns} because it is being terminated", [cause]);
        }
    }

    /// <summary>Counts a new object (or a grown one) against the quotas of its namespace.</summary>
    /// <exception cref="KubeException">403: a quota would be exceeded.</exception>
    public static void Quota(KubeCluster cluster, ResourceType type, JsonObject body, JsonObject? before)
    {
        if (!type.Namespaced || type.Plural is "resourcequotas" or "events")
        {
            return;
        }

        foreach (var quota in cluster.Store.List("resourcequotas", body.Namespace()))
        {
            var hard = quota.Body.Obj("spec.hard") ?? [];
            var wanted = QuotaUse.Of(type, body).Where(u => hard.ContainsKey(u.Key)).ToDictionary();
            foreach (var (name, had) in before is null ? [] : QuotaUse.Of(type, before))
            {
                if (wanted.ContainsKey(name))
                {
                    wanted[name] -= had;
                }
            }

            Check(cluster, type, body, quota, wanted);
        }
    }

    private static void Check(KubeCluster cluster, ResourceType type, JsonObject body, StoredObject quota, Dictionary<string, decimal> wanted)
    {
        var hard = quota.Body.Obj("spec.hard")!;
        if (type.Plural == "pods")
        {
            var missing = hard.Select(h => h.Key).Where(k => (k.StartsWith("requests.", StringComparison.Ordinal) || k.StartsWith("limits.", StringComparison.Ordinal) || k is "cpu" or "memory") && !wanted.ContainsKey(k)).ToList();
            if (missing.Count > 0)
            {
                var first = body.Items("spec.containers").First().Str("name");
                throw KubeException.Forbidden(string.Empty, "pods", body.Name(), $"failed quota: {quota.Name}: must specify {string.Join("; ", missing.Select(m => $"{m} for: {first}"))}");
            }
        }

        var used = QuotaUse.Total(cluster, quota);
        var over = wanted.Where(w => w.Value > 0 && used.GetValueOrDefault(w.Key) + w.Value > Quantity.Value(hard[w.Key])).OrderBy(w => w.Key, StringComparer.Ordinal).ToList();
        if (over.Count > 0)
        {
            string List(Func<string, string> text) => string.Join(',', over.Select(o => $"{o.Key}={text(o.Key)}"));
            throw KubeException.Forbidden(
                type.Group,
                type.Plural,
                body.Name(),
                $"exceeded quota: {quota.Name}, requested: {List(k => QuotaUse.Text(k, wanted[k]))}, used: {List(k => QuotaUse.Text(k, used.GetValueOrDefault(k)))}, limited: {List(k => hard[k].Text() ?? string.Empty)}");
        }
    }
}
