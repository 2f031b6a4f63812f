using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>What the server fills in that a client left out, kind by kind.</summary>
internal static class KindDefaults
{
    /// <summary>Fills in; nothing that is there is changed.</summary>
    public static void Fill(JsonObject body)
    {
        var spec = body["spec"] as JsonObject;
        switch (body.Str("kind"))
        {
            case "Pod":
                PodDefaults.Spec(body.Child("spec"));
                break;
            case "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" or "ReplicationController":
                Workload(body.Str("kind"), body.Child("spec"));
                break;
            case "Job":
                Job(body.Child("spec"));
                break;
            case "CronJob":
                CronJob(body.Child("spec"));
                break;
            case "Service":
                Service(body.Child("spec"));
                body.Child("status").Default("loadBalancer", new JsonObject());
                break;
            case "Ingress":
                body.Child("status").Default("loadBalancer", new JsonObject());
                break;
            case "PersistentVolumeClaim":
                body.Child("spec").Default("volumeMode", "Filesystem");
                Quantity.Normalize(spec.Obj("resources.requests"));
                body.Child("status").Default("phase", "Pending");
                break;
            case "PersistentVolume":
                body.Child("spec").Default("volumeMode", "Filesystem");
                body.Child("spec").Default("persistentVolumeReclaimPolicy", "Retain");
                body.Child("status").Default("phase", "Pending");
                break;
            case "ResourceQuota":
                Quantity.Normalize(spec.Obj("hard"));
                body.Default("status", new JsonObject());
                break;
            default:
                Rest(body);
                break;
        }
    }

    private static void Rest(JsonObject body)
    {
        switch (body.Str("kind"))
        {
            case "Secret":
                Secret(body);
                break;
            case "StorageClass":
                body.Default("reclaimPolicy", "Delete");
                body.Default("volumeBindingMode", "Immediate");
                break;
            case "HorizontalPodAutoscaler":
                body.Child("spec").Default("minReplicas", 1);
                body.Child("status").Default("desiredReplicas", 0);
                break;
            case "PodDisruptionBudget":
                var status = body.Child("status");
                foreach (var count in new[] { "disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods" })
                {
                    status.Default(count, 0);
                }

                break;
            case "RoleBinding" or "ClusterRoleBinding":
                body.Obj("roleRef")?.Default("apiGroup", "rbac.authorization.k8s.io");
                foreach (var subject in body.Items("subjects").Where(s => s.Str("kind") is "User" or "Group"))
                {
                    subject.Default("apiGroup", "rbac.authorization.k8s.io");
                }

                break;
            case "NetworkPolicy":
                Policy(body.Child("spec"));
                break;
            case "CustomResourceDefinition":
                Definition(body.Child("spec"));
                break;
            case "Node":
                body.Default("status", new JsonObject());
                break;
            case "CertificateSigningRequest" or "APIService" or "VolumeAttachment" or "FlowSchema" or "PriorityLevelConfiguration":
                body.Default("status", new JsonObject());
                break;
            default:
                break;
        }
    }

    private static void Workload(string kind, JsonObject spec)
    {
        PodDefaults.Template(spec["template"] as JsonObject);
        if (kind != "DaemonSet")
        {
            spec.Default("replicas", 1);
        }

        if (kind == "Deployment")
        {
            var strategy = spec.Child("strategy");
            strategy.Default("type", "RollingUpdate");
            if (strategy.Str("type") == "RollingUpdate")
            {
                strategy.Child("rollingUpdate").Default("maxUnavailable", "25%");
                strategy.Child("rollingUpdate").Default("maxSurge", "25%");
            }

            spec.Default("progressDeadlineSeconds", 600);
        }

        if (kind == "StatefulSet")
        {
            spec.Default("podManagementPolicy", "OrderedReady");
            RollingUpdate(spec, "partition", 0);
            foreach (var claim in spec.Items("volumeClaimTemplates"))
            {
                claim.Default("kind", "PersistentVolumeClaim");
                claim.Default("apiVersion", "v1");
                PodDefaults.Stamp(claim.Child("metadata"));
                claim.Child("spec").Default("volumeMode", "Filesystem");
                claim.Child("status").Default("phase", "Pending");
            }
        }

        if (kind == "DaemonSet")
        {
            RollingUpdate(spec, "maxUnavailable", 1);
            (spec.Obj("updateStrategy.rollingUpdate") ?? []).Default("maxSurge", 0);
        }

        if (kind is not ("ReplicaSet" or "ReplicationController"))
        {
            spec.Default("revisionHistoryLimit", 10);
        }
    }

    private static void RollingUpdate(JsonObject spec, string name, int value)
    {
        var strategy = spec.Child("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            strategy.Child("rollingUpdate").Default(name, value);
        }
    }

    private static void Job(JsonObject spec)
    {
        PodDefaults.Template(spec["template"] as JsonObject);
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
    }

    private static void CronJob(JsonObject spec)
    {
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        PodDefaults.Stamp(spec.Child("jobTemplate").Child("metadata"));
        PodDefaults.Template(spec.Obj("jobTemplate.spec.template"));
    }

    private static void Service(JsonObject spec)
    {
        foreach (var port in spec.Items("ports"))
        {
            port.Default("protocol", "TCP");
            port.Default("targetPort", port["port"]?.DeepClone());
        }

        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Str("sessionAffinity") == "ClientIP")
        {
            spec.Child("sessionAffinityConfig").Child("clientIP").Default("timeoutSeconds", 10800);
        }

        var type = spec.Str("type");
        if (type is "NodePort" or "LoadBalancer")
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.Default("allocateLoadBalancerNodePorts", true);
        }

        if (type != "ExternalName")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
        }
    }

    private static void Secret(JsonObject body)
    {
        body.Default("type", "Opaque");
        foreach (var (name, text) in body.Obj("stringData")?.ToList() ?? [])
        {
            body.Child("data")[name] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text.Text() ?? string.Empty));
        }

        body.Remove("stringData");
    }

    private static void Policy(JsonObject spec)
    {
        if (spec["policyTypes"] is null)
        {
            spec["policyTypes"] = spec["egress"] is null ? JsonPaths.Texts(["Ingress"]) : JsonPaths.Texts(["Ingress", "Egress"]);
        }

        foreach (var port in spec.Items("ingress").Concat(spec.Items("egress")).SelectMany(r => r.Items("ports")))
        {
            port.Default("protocol", "TCP");
        }
    }

    private static void Definition(JsonObject spec)
    {
        var names = spec.Child("names");
        names.Default("singular", names.Str("kind").ToLower(CultureInfo.InvariantCulture));
        names.Default("listKind", names.Str("kind") + "List");
        spec.Child("conversion").Default("strategy", "None");
    }
}
