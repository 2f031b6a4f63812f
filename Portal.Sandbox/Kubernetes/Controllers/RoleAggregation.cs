using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Fills cluster roles that are made of others by label.</summary>
internal sealed class RoleAggregation : IController
{
    private const string Storage = "clusterroles.rbac.authorization.k8s.io";

    public bool Concerns(string storage) => storage == Storage;

    public void Run(Reconciliation now)
    {
        var roles = now.Store.List(Storage);
        foreach (var role in roles.Where(r => r.Body["aggregationRule"] is not null))
        {
            var selectors = role.Body.Items("aggregationRule.clusterRoleSelectors").Select(LabelSelector.Of).ToList();
            var rules = new List<JsonNode>();
            foreach (var part in roles.Where(r => r.Name != role.Name && selectors.Exists(s => s(r.Labels))))
            {
                rules.AddRange(part.Body.Items("rules").Where(rule => !rules.Exists(r => JsonNode.DeepEquals(r, rule))));
            }

            var wanted = JsonPaths.Array(rules.Select(r => r.DeepClone()));
            if (!JsonNode.DeepEquals(role.Body["rules"], wanted))
            {
                var body = role.Copy();
                body["rules"] = wanted;
                now.Store.Put(Storage, body);
            }
        }
    }
}
