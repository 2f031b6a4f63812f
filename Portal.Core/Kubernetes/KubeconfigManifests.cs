using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>The objects behind a kubeconfig, and its text.</summary>
internal static class KubeconfigManifests
{
    public const string Selector = "container-platform/kubeconfig=true";
    private const string Rbac = "rbac.authorization.k8s.io";
    private static readonly (string Namespace, string Role)[] MemberBindings = [("zone-test", "edit"), ("zone-prod", "view"), ("monitoring", "view")];

    /// <summary>The account and its bindings: what the person's access groups have, and nothing else.</summary>
    public static IEnumerable<JsonObject> For(Scope scope, string account)
    {
        var user = Metadata(account, KubeconfigService.AccessNamespace);
        user["annotations"] = new JsonObject { ["container-platform/user-id"] = scope.UserId, ["container-platform/user-name"] = scope.UserName };
        yield return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = user, ["automountServiceAccountToken"] = false };
        yield return Binding("ClusterRoleBinding", null, "portal-cluster-view", account);
        foreach (var (space, role) in scope.Can(Capability.Write) ? MemberBindings : [])
        {
            yield return Binding("RoleBinding", space, role, account);
        }
    }

    public static async Task DeleteBindingsAsync(IKubernetesApi api, string account, CancellationToken cancellationToken)
    {
        await DeleteMemberBindingsAsync(api, account, cancellationToken).ConfigureAwait(false);
        await api.DeleteAsync(KubernetesResource.Of(Rbac + "/v1", "ClusterRoleBinding"), null, account, cancellationToken).ConfigureAwait(false);
    }

    public static async Task DeleteMemberBindingsAsync(IKubernetesApi api, string account, CancellationToken cancellationToken)
    {
        foreach (var (space, _) in MemberBindings)
        {
            await api.DeleteAsync(KubernetesResource.Of(Rbac + "/v1", "RoleBinding"), space, account, cancellationToken).ConfigureAwait(false);
        }
    }

    public static string Text(ClusterIdentity cluster, string clusterName, Scope scope, string token)
    {
        var config = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Config",
            ["current-context"] = clusterName,
            ["clusters"] = Named(clusterName, "cluster", new JsonObject
            {
                ["server"] = cluster.ApiAddress,
                ["certificate-authority-data"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(cluster.AuthorityPem)),
            }),
            ["users"] = Named(scope.UserName, "user", new JsonObject { ["token"] = token }),
            ["contexts"] = Named(clusterName, "context", new JsonObject { ["cluster"] = clusterName, ["user"] = scope.UserName, ["namespace"] = "zone-test" }),
        };
        // JSON is YAML: every client reads it, and nothing has to be quoted by hand.
        return config.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private static JsonArray Named(string name, string kind, JsonObject value) => [new JsonObject { ["name"] = name, [kind] = value }];

    private static JsonObject Metadata(string name, string? inNamespace)
    {
        var metadata = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["container-platform/kubeconfig"] = "true", ["app.kubernetes.io/managed-by"] = "container-platform-portal" } };
        if (inNamespace is not null)
        {
            metadata["namespace"] = inNamespace;
        }

        return metadata;
    }

    private static JsonObject Binding(string kind, string? inNamespace, string role, string account) => new()
    {
        ["apiVersion"] = Rbac + "/v1",
        ["kind"] = kind,
        ["metadata"] = Metadata(account, inNamespace),
        ["roleRef"] = new JsonObject { ["apiGroup"] = Rbac, ["kind"] = "ClusterRole", ["name"] = role },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = account, ["namespace"] = KubeconfigService.AccessNamespace }),
    };
}
