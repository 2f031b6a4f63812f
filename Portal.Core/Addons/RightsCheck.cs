using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>Asks the cluster whether accounts have rights that they must not have (SubjectAccessReview: the cluster's own rules decide).</summary>
internal static class RightsCheck
{
    private static readonly KubernetesResource Review = KubernetesResource.Of("authorization.k8s.io/v1", "SubjectAccessReview");

    /// <summary>Gives the first right that is too much, or null.</summary>
    public static async Task<Reason?> LookAsync(IKubernetesApi api, ImmutableArray<DeniedRights> denied, CancellationToken cancellationToken)
    {
        foreach (var (account, space, verb, resource) in
            from d in denied from a in d.Accounts from r in d.Resources from v in d.Verbs select (a, d.Namespace, v, r))
        {
            var answer = await api.CreateAsync(Review, null, Question(account, space, verb, resource), cancellationToken).ConfigureAwait(false);
            if (answer["status"]?["allowed"]?.GetValue<bool>() is true)
            {
                return Reason.Of("addon.rights-too-wide", ("account", account), ("verb", verb), ("resource", resource), ("namespace", space));
            }
        }

        return null;
    }

    private static JsonObject Question(string account, string space, string verb, string resource)
    {
        var home = account.Split('/')[0];
        var (path, group) = resource.Split('.', 2) is [var name, var rest] ? (name, rest) : (resource, "");
        var attributes = new JsonObject { ["namespace"] = space, ["verb"] = verb, ["group"] = group, ["resource"] = path.Split('/')[0] };
        if (path.Split('/') is [_, var subresource])
        {
            attributes["subresource"] = subresource;
        }

        return new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = $"system:serviceaccount:{account.Replace('/', ':')}",
                ["groups"] = new JsonArray("system:serviceaccounts", $"system:serviceaccounts:{home}", "system:authenticated"),
                ["resourceAttributes"] = attributes,
            },
        };
    }
}
