using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>An initialisation in the middle, with a step in each state that matters.</summary>
internal static class ShopPlan
{
    public static Plan Initialisation(string id = "plan-c1") => FakePlans.Running(id, ClusterPlans.Initialisation,
    [
        Step("cluster.wait-magnum", "cluster", StepState.Done, 360, 373),
        Step("cluster.reach-api", "cluster", StepState.Done, 280, 10, "cluster.wait-magnum"),
        Step("cluster.bootstrap", "access", StepState.Done, 270, 8, "cluster.reach-api"),
        Step("cluster.access-groups", "access", StepState.Done, 262, 4, "cluster.bootstrap"),
        Step("cluster.preflight", "access", StepState.Done, 262, 22, "cluster.bootstrap"),
        Step("cluster.zones", "access", StepState.Done, 240, 3, "cluster.access-groups", "cluster.preflight"),
        Step("cluster.registry-secret", "access", StepState.Done, 237, 2, "cluster.zones"),
        Step("addon.node-exporter", "monitoring", StepState.Done, 235, 35, "cluster.registry-secret") with { Made = [.. Enumerable.Range(1, 5).Select(i => new MadeObject("DaemonSet", $"node-exporter-{i}", true))] },
        Step("addon.kube-state-metrics", "monitoring", StepState.Running, 200, null, "cluster.registry-secret") with { Reason = Reason.Of("addon.pods-starting", ("workload", "kube-state-metrics"), ("ready", "0"), ("wanted", "1")) },
        Retrying(),
        Step("cluster.proof", "proof", StepState.Waiting, null, null, "addon.prometheus", "addon.node-exporter", "addon.kube-state-metrics"),
    ]);

    private static PlanStep Retrying() => Step("addon.prometheus", "monitoring", StepState.Retrying, 130, null, "cluster.registry-secret", "addon.node-exporter") with
    {
        Reason = Reason.Of("backend.throttled", ("backend", "Cinder"), ("answer", "OverLimit: too many requests"), ("requestId", "req-7c21f0")),
        RetryAt = DateTimeOffset.UtcNow.AddSeconds(22),
        MaxAttempts = 8,
        Attempts =
        [
            new StepAttempt(1, DateTimeOffset.UtcNow.AddSeconds(-130), DateTimeOffset.UtcNow.AddSeconds(-70), Reason.Of("backend.throttled", ("backend", "Cinder"))),
            new StepAttempt(2, DateTimeOffset.UtcNow.AddSeconds(-60), DateTimeOffset.UtcNow.AddSeconds(-8), Reason.Of("backend.throttled", ("backend", "Cinder"), ("answer", "OverLimit: too many requests"))),
        ],
        Made = [new("StatefulSet", "monitoring/prometheus", true), new("ConfigMap", "monitoring/prometheus-rules", true), new("Service", "monitoring/prometheus", true), new("PersistentVolumeClaim", "monitoring/data-prometheus-0", false)],
    };

    private static PlanStep Step(string id, string phase, StepState state, int? startedBefore, int? took, params string[] after)
    {
        DateTimeOffset? started = startedBefore is { } s ? DateTimeOffset.UtcNow.AddSeconds(-s) : null;
        return new PlanStep { Id = id, Version = 1, Phase = phase, DependsOn = [.. after], State = state, StartedAt = started, Since = started, EndedAt = took is { } t ? started?.AddSeconds(t) : null, MaxAttempts = 8 };
    }
}
