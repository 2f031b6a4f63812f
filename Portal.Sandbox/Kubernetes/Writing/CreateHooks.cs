using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Writing;

/// <summary>What happens to a new object beyond defaults: addresses are given out, accounts looked up, first states set.</summary>
internal static class CreateHooks
{
    public static void Prepare(KubeCluster cluster, ResourceType type, JsonObject body)
    {
        switch (type.Storage)
        {
            case "namespaces":
                body.Child("metadata").Child("labels")["kubernetes.io/metadata.name"] = body.Name();
                body["spec"] = new JsonObject { ["finalizers"] = JsonPaths.Texts(["kubernetes"]) };
                body["status"] = new JsonObject { ["phase"] = "Active" };
                break;
            case "jobs.batch":
                Job(body);
                body["status"] = new JsonObject();
                break;
            case "daemonsets.apps":
                body.Child("metadata").Child("annotations")["deprecated.daemonset.template.generation"] = "1";
                body["status"] = new JsonObject { ["currentNumberScheduled"] = 0, ["numberMisscheduled"] = 0, ["desiredNumberScheduled"] = 0, ["numberReady"] = 0 };
                break;
            case "replicasets.apps":
                body["status"] = new JsonObject { ["replicas"] = 0 };
                break;
            case "statefulsets.apps":
                body["status"] = new JsonObject { ["replicas"] = 0, ["availableReplicas"] = 0 };
                break;
            case "deployments.apps" or "cronjobs.batch" or "networkpolicies.networking.k8s.io":
                body["status"] = new JsonObject();
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                KindDefaults.Fill(body);
                Definition(cluster, body);
                break;
            default:
                break;
        }
    }

    /// <summary>Runs once the defaults are in.</summary>
    public static void Admit(KubeCluster cluster, ResourceType type, JsonObject body)
    {
        switch (type.Storage)
        {
            case "pods":
                Pod(cluster, body);
                break;
            case "services":
                ServiceAddresses.Allocate(cluster, body, null);
                break;
            case "persistentvolumeclaims":
                body.Child("metadata").List("finalizers").Add("kubernetes.io/pvc-protection");
                if (body.Child("spec")["storageClassName"] is null && DefaultClass(cluster) is { } name)
                {
                    body.Child("spec")["storageClassName"] = name;
                }

                break;
            case "persistentvolumes":
                body.Child("metadata").List("finalizers").Add("kubernetes.io/pv-protection");
                break;
            default:
                break;
        }
    }

    private static string? DefaultClass(KubeCluster cluster) => cluster.Store.List("storageclasses.storage.k8s.io")
        .FirstOrDefault(c => c.Body.Map("metadata.annotations").GetValueOrDefault("storageclass.kubernetes.io/is-default-class") == "true")?.Name;

    private static void Pod(KubeCluster cluster, JsonObject body)
    {
        var name = body.Str("spec.serviceAccountName") is { Length: > 0 } given ? given : "default";
        var account = cluster.Store.Find("serviceaccounts", body.Namespace(), name)
            ?? throw KubeException.Forbidden(string.Empty, "pods", body.Name(), $"error looking up service account {body.Namespace()}/{name}: serviceaccount \"{name}\" not found");
        var mount = body.At("spec.automountServiceAccountToken") ?? account.Body["automountServiceAccountToken"];
        if (account.Body.Arr("imagePullSecrets") is { Count: > 0 } secrets && body.At("spec.imagePullSecrets") is null)
        {
            body.Child("spec")["imagePullSecrets"] = secrets.DeepClone();
        }

        if (body.Str("spec.priorityClassName") is { Length: > 0 } priority)
        {
            var found = cluster.Store.Find("priorityclasses.scheduling.k8s.io", string.Empty, priority)
                ?? throw KubeException.Forbidden(string.Empty, "pods", body.Name(), $"no PriorityClass with name {priority} was found");
            body.Child("spec")["priority"] = found.Body.Int("value") ?? 0;
        }

        PodDefaults.Pod(body, mount?.GetValue<bool>() ?? true);
    }

    private static void Job(JsonObject body)
    {
        var spec = body.Child("spec");
        body.Child("metadata").Child("annotations").Default("batch.kubernetes.io/job-tracking", string.Empty);
        if (spec.Bool("manualSelector"))
        {
            return;
        }

        var labels = spec.Child("template").Child("metadata").Child("labels");
        labels["controller-uid"] = body.Uid();
        labels["job-name"] = body.Name();
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["controller-uid"] = body.Uid() } };
        if (body.Map("metadata.labels").Count == 0)
        {
            body.Child("metadata")["labels"] = labels.DeepClone();
        }
    }

    private static void Definition(KubeCluster cluster, JsonObject body)
    {
        JsonObject Condition(string type, string reason, string message) => new()
        {
            ["type"] = type,
            ["status"] = "True",
            ["lastTransitionTime"] = KubeTime.Text(cluster.Now),
            ["reason"] = reason,
            ["message"] = message,
        };
        body["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(
                Condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
            ["acceptedNames"] = body.At("spec.names")?.DeepClone(),
            ["storedVersions"] = JsonPaths.Texts(body.Items("spec.versions").Where(v => v.Bool("storage")).Select(v => v.Str("name"))),
        };
    }
}
