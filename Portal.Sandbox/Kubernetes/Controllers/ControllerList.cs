namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>The controllers of a cluster, in the order in which they run.</summary>
internal static class ControllerList
{
    public static IReadOnlyList<IController> All() =>
    [
        new NodeController(),
        new NamespaceController(),
        new RoleAggregation(),
        new CronJobController(),
        new DeploymentController(),
        new ReplicaSetController(),
        new StatefulSetController(),
        new DaemonSetController(),
        new JobController(),
        new ClaimBinder(),
        new Scheduler(),
        new Kubelet(),
        new EndpointsController(),
        new CloudController(),
        new Counters(),
        new GarbageCollector(),
        new Prometheus.Alerting.AlertmanagerController(),
    ];
}
