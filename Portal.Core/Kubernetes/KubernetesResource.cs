using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace Portal.Core.Kubernetes;

/// <summary>A resource type: where its objects live below the API's root.</summary>
/// <param name="ApiVersion"><c>v1</c> or <c>group/version</c>.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Plural">Path segment.</param>
/// <param name="IsNamespaced">Whether its objects live in namespaces.</param>
public sealed record KubernetesResource(string ApiVersion, string Kind, string Plural, bool IsNamespaced)
{
    private static readonly FrozenDictionary<string, KubernetesResource> Known = new[]
    {
        Core("Namespace", "namespaces", false), Core("Node", "nodes", false), Core("PersistentVolume", "persistentvolumes", false),
        Core("Pod", "pods"), Core("Service", "services"), Core("Endpoints", "endpoints"), Core("ConfigMap", "configmaps"),
        Core("Secret", "secrets"), Core("ServiceAccount", "serviceaccounts"), Core("Event", "events"),
        Core("PersistentVolumeClaim", "persistentvolumeclaims"), Core("ResourceQuota", "resourcequotas"), Core("LimitRange", "limitranges"),
        new("apps/v1", "Deployment", "deployments", true), new("apps/v1", "DaemonSet", "daemonsets", true),
        new("apps/v1", "StatefulSet", "statefulsets", true), new("apps/v1", "ReplicaSet", "replicasets", true), new("apps/v1", "ControllerRevision", "controllerrevisions", true),
        new("batch/v1", "Job", "jobs", true), new("batch/v1", "CronJob", "cronjobs", true),
        new("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
        new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", false),
        new("rbac.authorization.k8s.io/v1", "Role", "roles", true), new("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", true),
        new("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true), new("networking.k8s.io/v1", "Ingress", "ingresses", true),
        new("networking.k8s.io/v1", "IngressClass", "ingressclasses", false),
        new("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
        new("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
        new("authorization.k8s.io/v1", "SubjectAccessReview", "subjectaccessreviews", false),
    }.ToFrozenDictionary(r => r.ApiVersion + "/" + r.Kind);

    /// <summary>Gives a type that the portal works with.</summary>
    /// <exception cref="ArgumentException">The portal does not work with this type.</exception>
    public static KubernetesResource Of(string apiVersion, string kind) =>
        Known.TryGetValue($"{apiVersion}/{kind}", out var resource) ? resource : throw new ArgumentException($"Unknown resource {apiVersion} {kind}.");

    /// <summary>Gives the type of an object.</summary>
    public static KubernetesResource Of(JsonObject manifest) =>
        Of(manifest["apiVersion"]?.GetValue<string>() ?? "", manifest["kind"]?.GetValue<string>() ?? "");

    /// <summary>Gives the path of the collection. For a namespaced type, null means all namespaces.</summary>
    public string CollectionPath(string? inNamespace)
    {
        var root = ApiVersion.Contains('/', StringComparison.Ordinal) ? "apis/" + ApiVersion : "api/" + ApiVersion;
        return IsNamespaced && inNamespace is not null ? $"{root}/namespaces/{KubernetesName.CheckNamespace(inNamespace)}/{Plural}" : $"{root}/{Plural}";
    }

    /// <summary>Gives the path of one object.</summary>
    /// <exception cref="ArgumentException">Name or namespace is not valid, or the namespace is missing.</exception>
    public string ObjectPath(string? inNamespace, string name)
    {
        if (IsNamespaced && inNamespace is null)
        {
            throw new ArgumentException("This type needs a namespace.", nameof(inNamespace));
        }

        var rbac = ApiVersion.StartsWith("rbac.", StringComparison.Ordinal);
        return CollectionPath(inNamespace) + "/" + (rbac ? KubernetesName.CheckRbac(name) : KubernetesName.Check(name));
    }

    private static KubernetesResource Core(string kind, string plural, bool isNamespaced = true) => new("v1", kind, plural, isNamespaced);
}
