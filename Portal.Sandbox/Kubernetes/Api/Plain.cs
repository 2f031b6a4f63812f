using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Rbac;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>What is no resource: discovery, version, health, schemas.</summary>
internal static class Plain
{
    private static readonly string[] Checks =
    [
        "ping", "log", "etcd", "etcd-readiness", "informer-sync", "poststarthook/start-kube-apiserver-admission-initializer", "poststarthook/generic-apiserver-start-informers",
        "poststarthook/priority-and-fairness-config-consumer", "poststarthook/priority-and-fairness-filter", "poststarthook/storage-object-count-tracker-hook",
        "poststarthook/start-apiextensions-informers", "poststarthook/start-apiextensions-controllers", "poststarthook/crd-informer-synced", "poststarthook/bootstrap-controller",
        "poststarthook/rbac/bootstrap-roles", "poststarthook/scheduling/bootstrap-system-priority-classes", "poststarthook/priority-and-fairness-config-producer",
        "poststarthook/start-cluster-authentication-info-controller", "poststarthook/start-kube-apiserver-identity-lease-controller",
        "poststarthook/start-kube-apiserver-identity-lease-garbage-collector", "poststarthook/start-legacy-token-tracking-controller", "poststarthook/aggregator-reload-proxy-client-cert",
        "poststarthook/start-kube-aggregator-informers", "poststarthook/apiservice-registration-controller", "poststarthook/apiservice-status-available-controller",
        "poststarthook/apiservice-wait-for-first-sync", "poststarthook/kube-apiserver-autoregistration", "autoregister-completion", "poststarthook/apiservice-openapi-controller",
        "poststarthook/apiservice-openapiv3-controller", "shutdown",
    ];

    public static Task AnswerAsync(KubeCluster cluster, HttpContext http, RequestParts parts)
    {
        var path = parts.Path.TrimEnd('/');
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return steps switch
        {
            ["version"] => Output.JsonAsync(http, 200, cluster.Version.ToJson()),
            ["healthz" or "livez" or "readyz", ..] => HealthAsync(http, steps),
            ["api"] => Output.JsonAsync(http, 200, Api(cluster)),
            ["api", "v1"] => Output.JsonAsync(http, 200, Discovery.Resources(cluster, string.Empty, "v1")),
            ["apis"] => Output.JsonAsync(http, 200, Discovery.Groups(cluster)),
            ["apis", var group] when cluster.Types.HasGroup(group) => Output.JsonAsync(http, 200, Discovery.Group(cluster, group, true)),
            ["apis", var group, var version] when cluster.Types.All.Any(t => t.Group == group && t.Version == version) => Output.JsonAsync(http, 200, Discovery.Resources(cluster, group, version)),
            ["openapi", "v2"] => Openapi.V2Async(cluster, http),
            ["openapi", "v3"] => Openapi.IndexAsync(cluster, http),
            ["openapi", "v3", .. var name] => Openapi.V3Async(cluster, http, string.Join('/', name)),
            [".well-known", "openid-configuration"] => Output.JsonAsync(http, 200, new JsonObject { ["issuer"] = ServiceAccountTokens.Issuer, ["jwks_uri"] = $"{cluster.Address}/openid/v1/jwks", ["response_types_supported"] = JsonPaths.Texts(["id_token"]), ["subject_types_supported"] = JsonPaths.Texts(["public"]), ["id_token_signing_alg_values_supported"] = JsonPaths.Texts(["ES256"]) }),
            [] => Output.JsonAsync(http, 200, new JsonObject { ["paths"] = JsonPaths.Texts(["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]) }),
            _ => Output.TextAsync(http, 404, "404 page not found\n"),
        };
    }

    public static Task ComponentsAsync(HttpContext http) => Output.JsonAsync(http, 200, new JsonObject
    {
        ["kind"] = "ComponentStatusList",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["items"] = JsonPaths.Array(new[] { "controller-manager", "etcd-0", "scheduler" }.Select(name => new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["creationTimestamp"] = null },
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Healthy", ["status"] = "True", ["message"] = name == "etcd-0" ? "{\"health\":\"true\",\"reason\":\"\"}" : "ok" }),
        })),
    });

    private static Task HealthAsync(HttpContext http, string[] steps)
    {
        if (!http.Request.Query.ContainsKey("verbose") || steps.Length > 1)
        {
            return Output.TextAsync(http, 200, "ok");
        }

        return Output.TextAsync(http, 200, string.Concat(Checks.Select(c => $"[+]{c} ok\n")) + $"{steps[0]} check passed\n");
    }

    private static JsonObject Api(KubeCluster cluster) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = JsonPaths.Texts(["v1"]),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject
        {
            ["clientCIDR"] = "0.0.0.0/0",
            ["serverAddress"] = $"{cluster.Spec.Nodes.FirstOrDefault(n => n.Role == "master")?.Address ?? "10.0.0.5"}:{cluster.AdvertisedPort}",
        }),
    };
}
