using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>What hinders pods from outside of them: volumes, nodes, probes, quotas. What may not be listed is left out.</summary>
internal sealed class PodSurroundings(IKubernetesApi api, string space)
{
    private static readonly KubernetesResource Events = KubernetesResource.Of("v1", "Event");

    /// <summary>Gives the claim that a pod which has not started waits for, or null.</summary>
    public async Task<PodFinding?> ClaimAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        if (PodTrouble.Text(pod["status"]?["phase"]) is not "Pending")
        {
            return null;
        }

        foreach (var name in pod["spec"]?["volumes"]?.AsArray().Select(v => PodTrouble.Text(v?["persistentVolumeClaim"]?["claimName"])).OfType<string>() ?? [])
        {
            var claim = await QuietlyAsync(() => api.FindAsync(KubernetesResource.Of("v1", "PersistentVolumeClaim"), space, name, cancellationToken)).ConfigureAwait(false);
            var events = claim is null || PodTrouble.Text(claim["status"]?["phase"]) is "Bound" ? [] : await EventsAsync("PersistentVolumeClaim", name, cancellationToken).ConfigureAwait(false);

            // A claim that waits for its pod to be placed is no trouble of its own.
            if (events.LastOrDefault(e => PodTrouble.Text(e["reason"]) is "ProvisioningFailed" or "FailedBinding") is { } said)
            {
                return PodFinding.Of("addon.volume-pending", Actor.Platform, PodTrouble.Text(claim!["metadata"]?["creationTimestamp"]), ("pod", PodTrouble.Name(pod)), ("claim", name), ("message", PodTrouble.Cut(said["message"])));
            }
        }

        return null;
    }

    /// <summary>Gives the node of one of the pods that is gone or silent, or null.</summary>
    public async Task<PodFinding?> NodeAsync(IEnumerable<JsonObject> pods, CancellationToken cancellationToken)
    {
        foreach (var on in pods.GroupBy(p => PodTrouble.Text(p["spec"]?["nodeName"])).Where(g => !string.IsNullOrEmpty(g.Key)).Take(5))
        {
            var listed = await QuietlyAsync(() => api.ListAsync(KubernetesResource.Of("v1", "Node"), null, cancellationToken, fieldSelector: "metadata.name=" + on.Key)!).ConfigureAwait(false);
            if (listed is null)
            {
                return null;
            }

            var node = listed.FirstOrDefault(n => PodTrouble.Name(n) == on.Key);
            var ready = node is null ? null : PodTrouble.Condition(node, "Ready");
            if (node is null || (ready is not null && PodTrouble.Text(ready["status"]) is not "True"))
            {
                var since = PodTrouble.Text(ready?["lastTransitionTime"]) ?? PodTrouble.Since(on.First());
                return PodFinding.Of("addon.node-gone", Actor.Project, since, ("pod", PodTrouble.Name(on.First())), ("node", on.Key!), ("message", PodTrouble.Cut(ready?["message"])));
            }
        }

        return null;
    }

    /// <summary>Gives the probe that a running pod does not pass, or null.</summary>
    public async Task<PodFinding?> ProbeAsync(IEnumerable<JsonObject> pods, CancellationToken cancellationToken)
    {
        foreach (var pod in pods.Where(p => PodTrouble.Text(p["status"]?["phase"]) is "Running" && PodTrouble.Text(PodTrouble.Condition(p, "Ready")?["status"]) is not "True"))
        {
            var events = await EventsAsync("Pod", PodTrouble.Name(pod), cancellationToken).ConfigureAwait(false);
            if (events.LastOrDefault(e => PodTrouble.Text(e["reason"]) is "Unhealthy") is { } said)
            {
                var container = pod["status"]?["containerStatuses"]?.AsArray().FirstOrDefault(c => c?["ready"]?.GetValue<bool>() is not true);
                return PodFinding.Of("addon.probe-failing", Actor.Project, PodTrouble.Since(pod), ("pod", PodTrouble.Name(pod)), ("container", PodTrouble.Text(container?["name"]) ?? ""), ("message", PodTrouble.Cut(said["message"])));
            }
        }

        return null;
    }

    /// <summary>Gives why the cluster refuses pods of a workload (a quota, above all), or null.</summary>
    public async Task<PodFinding?> RefusedAsync(JsonObject workload, CancellationToken cancellationToken)
    {
        var name = PodTrouble.Name(workload);
        var refused = await QuietlyAsync(() => api.ListAsync(Events, space, cancellationToken, fieldSelector: "reason=FailedCreate")!).ConfigureAwait(false) ?? [];

        // A Deployment's pods are made by its ReplicaSet, whose name is the Deployment's with a hash behind it.
        var said = refused.LastOrDefault(e => PodTrouble.Text(e["reason"]) is "FailedCreate" && PodTrouble.Text(e["involvedObject"]?["name"]) is { } by && (by == name || (by.StartsWith(name + "-", StringComparison.Ordinal) && !by[(name.Length + 1)..].Contains('-', StringComparison.Ordinal))));
        return said is null ? null : PodFinding.Of("addon.pods-refused", Actor.Project, PodTrouble.Text(said["firstTimestamp"]) ?? PodTrouble.Text(said["metadata"]?["creationTimestamp"]), ("workload", name), ("message", PodTrouble.Cut(said["message"])));
    }

    private async Task<IReadOnlyList<JsonObject>> EventsAsync(string kind, string name, CancellationToken cancellationToken)
    {
        var found = await QuietlyAsync(() => api.ListAsync(Events, space, cancellationToken, fieldSelector: $"involvedObject.kind={kind},involvedObject.name={name}")!).ConfigureAwait(false) ?? [];
        return [.. found.Where(e => PodTrouble.Text(e["involvedObject"]?["name"]) == name)];
    }

    private static async Task<T?> QuietlyAsync<T>(Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Forbidden)
        {
            return null;
        }
    }
}
