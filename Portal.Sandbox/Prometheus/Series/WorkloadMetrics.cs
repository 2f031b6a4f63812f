using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>What kube-state-metrics says of workloads, claims and quotas.</summary>
internal static class WorkloadMetrics
{
    private static readonly string[] ClaimPhases = ["Bound", "Lost", "Pending"];
    private static readonly string[] QuotaKinds = ["hard", "used"];

    public static IEnumerable<Metric> All() => [.. Workloads(), .. Jobs(), .. Claims()];

    private static Line Of(Life life, string label, Func<JsonObject, double> value, params (string, string)[] more)
    {
        var steps = new Steps<double>([.. life.Moments.Select(m => (m.From, value(m.Object.Body)))]);
        return new Line([("namespace", life.Last.Namespace), (label, life.Last.Name), .. more], [new Span(life.Begun, life.Ended)], steps.At);
    }

    private static Metric Number(string name, string storage, string label, string path, int otherwise = 0) =>
        new(name, "gauge", $"The value of {path}.", (scene, _) => scene.Lives(storage).Select(l => Of(l, label, b => b.Int(path) ?? otherwise)));

    private static IEnumerable<Metric> Workloads()
    {
        const string Deployments = "deployments.apps";
        yield return Number("kube_deployment_spec_replicas", Deployments, "deployment", "spec.replicas", 1);
        yield return Number("kube_deployment_status_replicas", Deployments, "deployment", "status.replicas");
        yield return Number("kube_deployment_status_replicas_available", Deployments, "deployment", "status.availableReplicas");
        yield return Number("kube_deployment_status_replicas_ready", Deployments, "deployment", "status.readyReplicas");
        yield return Number("kube_deployment_status_replicas_updated", Deployments, "deployment", "status.updatedReplicas");
        yield return Number("kube_deployment_status_replicas_unavailable", Deployments, "deployment", "status.unavailableReplicas");
        yield return Number("kube_deployment_status_observed_generation", Deployments, "deployment", "status.observedGeneration");
        yield return Number("kube_deployment_metadata_generation", Deployments, "deployment", "metadata.generation");
        yield return Number("kube_replicaset_spec_replicas", "replicasets.apps", "replicaset", "spec.replicas");
        yield return Number("kube_replicaset_status_ready_replicas", "replicasets.apps", "replicaset", "status.readyReplicas");
        yield return new("kube_replicaset_owner", "gauge", "Information about the ReplicaSet's owner.", (scene, _) => scene.Lives("replicasets.apps").Select(l => Of(l, "replicaset", _ => 1, Owner(l))));
        yield return Number("kube_statefulset_replicas", "statefulsets.apps", "statefulset", "spec.replicas", 1);
        yield return Number("kube_statefulset_status_replicas", "statefulsets.apps", "statefulset", "status.replicas");
        yield return Number("kube_statefulset_status_replicas_ready", "statefulsets.apps", "statefulset", "status.readyReplicas");
        yield return Number("kube_statefulset_status_replicas_available", "statefulsets.apps", "statefulset", "status.availableReplicas");
        yield return Number("kube_statefulset_status_replicas_current", "statefulsets.apps", "statefulset", "status.currentReplicas");
        yield return Number("kube_statefulset_status_replicas_updated", "statefulsets.apps", "statefulset", "status.updatedReplicas");
        yield return Number("kube_daemonset_status_desired_number_scheduled", "daemonsets.apps", "daemonset", "status.desiredNumberScheduled");
        yield return Number("kube_daemonset_status_current_number_scheduled", "daemonsets.apps", "daemonset", "status.currentNumberScheduled");
        yield return Number("kube_daemonset_status_number_ready", "daemonsets.apps", "daemonset", "status.numberReady");
        yield return Number("kube_daemonset_status_number_available", "daemonsets.apps", "daemonset", "status.numberAvailable");
        yield return Number("kube_daemonset_status_number_unavailable", "daemonsets.apps", "daemonset", "status.numberUnavailable");
        yield return Number("kube_daemonset_status_updated_number_scheduled", "daemonsets.apps", "daemonset", "status.updatedNumberScheduled");
    }

    private static (string, string)[] Owner(Life life)
    {
        var owner = life.Last.Body.Items("metadata.ownerReferences").FirstOrDefault();
        return owner is null ? [("owner_kind", "<none>"), ("owner_name", "<none>")] : [("owner_kind", owner.Str("kind")), ("owner_name", owner.Str("name")), ("owner_is_controller", "true")];
    }

    private static IEnumerable<Metric> Jobs()
    {
        const string Batch = "jobs.batch";
        yield return Number("kube_job_status_active", Batch, "job_name", "status.active");
        yield return Number("kube_job_status_succeeded", Batch, "job_name", "status.succeeded");
        yield return Number("kube_job_status_failed", Batch, "job_name", "status.failed");
        yield return Number("kube_job_spec_completions", Batch, "job_name", "spec.completions", 1);
        yield return new("kube_job_owner", "gauge", "Information about the Job's owner.", (scene, _) => scene.Lives(Batch).Select(l => Of(l, "job_name", _ => 1, Owner(l))));
        foreach (var (name, type) in new[] { ("kube_job_complete", "Complete"), ("kube_job_failed", "Failed") })
        {
            yield return new(name, "gauge", $"The job is {type}.", (scene, _) => scene.Lives(Batch).Where(l => l.Last.Body.Items("status.conditions").Any(c => c.Str("type") == type))
                .Select(l => Of(l, "job_name", b => b.Items("status.conditions").Any(c => c.Str("type") == type && c.Str("status") == "True") ? 1 : 0, ("condition", "true"))));
        }
    }

    private static IEnumerable<Metric> Claims()
    {
        const string Storage = "persistentvolumeclaims";
        yield return new("kube_persistentvolumeclaim_info", "gauge", "Information about persistent volume claim.", (scene, _) => scene.Lives(Storage).Select(l =>
            Of(l, "persistentvolumeclaim", _ => 1, ("storageclass", l.Last.Body.Str("spec.storageClassName")), ("volumename", l.Last.Body.Str("spec.volumeName")))));
        yield return new("kube_persistentvolumeclaim_status_phase", "gauge", "The phase the persistent volume claim is currently in.", (scene, _) => scene.Lives(Storage).SelectMany(l =>
            ClaimPhases.Select(phase => Of(l, "persistentvolumeclaim", b => b.Str("status.phase") == phase ? 1 : 0, ("phase", phase)))));
        yield return new("kube_persistentvolumeclaim_resource_requests_storage_bytes", "gauge", "The capacity of storage requested by the persistent volume claim.", (scene, _) => scene.Lives(Storage).Select(l =>
            Of(l, "persistentvolumeclaim", b => (double)Quantity.Value(b.At("spec.resources.requests.storage")))));
        yield return new("kube_resourcequota", "gauge", "Information about resource quota.", (scene, _) => scene.Lives("resourcequotas").SelectMany(Quota));
    }

    private static IEnumerable<Line> Quota(Life life) =>
        from kind in QuotaKinds
        from resource in (life.Last.Body.Obj("status." + kind) ?? []).Select(p => p.Key).ToList()
        select Of(life, "resourcequota", b => (double)Quantity.Value(b.Obj("status." + kind)?[resource]), ("resource", resource), ("type", kind));
}
