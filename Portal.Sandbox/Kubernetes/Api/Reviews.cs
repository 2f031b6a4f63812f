using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Questions about who may do what; nothing is stored.</summary>
internal static class Reviews
{
    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request)
    {
        var type = request.Type;
        var body = await Bodies.ObjectAsync(request, type.Kind, type.Group, type.Version);
        Bodies.Prune(request, body);
        body.Child("metadata").Default("creationTimestamp", null);
        if (!body["metadata"]!.AsObject().ContainsKey("creationTimestamp"))
        {
            body["metadata"]!["creationTimestamp"] = null;
        }

        var spec = body.Child("spec");
        body["status"] = type.Kind switch
        {
            "SelfSubjectAccessReview" => Access(cluster, request.User, spec),
            "SubjectAccessReview" or "LocalSubjectAccessReview" => Access(cluster, new KubeUser(spec.Str("user"), spec.Strings("groups")), spec),
            "SelfSubjectRulesReview" => Rules(cluster, request.User, spec.Str("namespace")),
            "TokenReview" => Token(cluster, spec.Str("token")),
            _ => throw KubeException.MethodNotAllowed(),
        };
        if (type.Kind == "SelfSubjectRulesReview")
        {
            body["spec"] = new JsonObject();
        }

        await Output.JsonAsync(request.Http, 201, body);
    }

    private static JsonObject Access(KubeCluster cluster, KubeUser user, JsonObject spec)
    {
        var wanted = spec["nonResourceAttributes"] is JsonObject path
            ? new Attributes(path.Str("verb")) { Path = path.Str("path") }
            : new Attributes(spec.Str("resourceAttributes.verb"))
            {
                Group = spec.Str("resourceAttributes.group"),
                Resource = spec.Str("resourceAttributes.resource"),
                Subresource = spec.Str("resourceAttributes.subresource"),
                Namespace = spec.Str("resourceAttributes.namespace"),
                Name = spec.Str("resourceAttributes.name"),
            };
        var reason = cluster.Authorizer.Allowed(user, wanted);
        var status = new JsonObject { ["allowed"] = reason is not null };
        if (!string.IsNullOrEmpty(reason))
        {
            status["reason"] = reason;
        }

        return status;
    }

    private static JsonObject Rules(KubeCluster cluster, KubeUser user, string ns)
    {
        var rules = cluster.Authorizer.RulesFor(user, ns).ToList();
        return new JsonObject
        {
            ["resourceRules"] = JsonPaths.Array(rules.Where(r => r["nonResourceURLs"] is null).Select(r => r.DeepClone())),
            ["nonResourceRules"] = JsonPaths.Array(rules.Where(r => r["nonResourceURLs"] is not null).Select(r => r.DeepClone())),
            ["incomplete"] = false,
        };
    }

    private static JsonObject Token(KubeCluster cluster, string token)
    {
        if (new Authenticator(cluster).ByToken(token) is { } user)
        {
            return new JsonObject { ["authenticated"] = true, ["user"] = user.ToJson(), ["audiences"] = JsonPaths.Texts([ServiceAccountTokens.Issuer]) };
        }

        return new JsonObject { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token, square/go-jose: error in cryptographic primitive]" };
    }
}
