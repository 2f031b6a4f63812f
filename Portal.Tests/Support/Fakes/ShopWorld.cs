using System.Collections.Immutable;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>The rows of the design's mock of the list: one cluster in each state that matters.</summary>
internal static class ShopWorld
{
    public static ClusterView Row(string id, string name, StateKind kind, string code, Reason? reason = null, TimeSpan? since = null, PlanState? platform = PlanState.Done, int done = 14, int steps = 14) => new()
    {
        Cluster = new Cluster
        {
            Id = id,
            Name = name,
            ProjectId = "p1",
            TemplateId = "t1",
            NodeCount = 5,
            MasterCount = 3,
            NodeAddresses = ["10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8"],
            MasterAddresses = ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
            Status = ClusterStatus.CreateComplete,
            StatusText = "CREATE_COMPLETE",
            KubernetesVersion = "v1.31.4",
            ApiAddress = "https://10.4.20.17:6443",
            Keypair = "laptop-2024",
            StackId = "5f3c9b1e-0c8e-4b0a-9f5e-7f0c2f3a1b2c",
            Health = HealthStatus.Healthy,
            CreatedAt = DateTimeOffset.UtcNow.AddDays(-46),
            Labels = ImmutableDictionary<string, string>.Empty.Add("kube_tag", "v1.31.4").Add("auto_healing_enabled", "true"),
        },
        TemplateName = "k8s-1.31-ha",
        State = new ClusterState { Kind = kind, Code = code, Reason = reason, Since = since is { } ago ? DateTimeOffset.UtcNow - ago : null },
        Platform = new PlatformState(platform is null ? null : "plan-" + id, platform, done, steps, null, "default"),
        Actions = [new(ClusterAction.Kubeconfig, null), new(ClusterAction.Resize, null), new(ClusterAction.Delete, null)],
    };

    public static IEnumerable<ClusterView> Rows() =>
    [
        Row("c1", "shop-prod-2", StateKind.Run, "being-initialised", Reason.Of("addon.pods-starting", ("workload", "prometheus"), ("ready", "0"), ("wanted", "1")), TimeSpan.FromMinutes(11), PlanState.Running, 10, 17) with
        {
            Lock = new ClusterLock("plan-c1", ClusterPlans.Initialisation, "shop-lead", DateTimeOffset.UtcNow.AddMinutes(-11), TimeSpan.FromMinutes(18)),
            Actions = [new(ClusterAction.Kubeconfig, null), new(ClusterAction.Resize, Reason.Of("cluster.locked", ("kind", "cluster-initialisation"))), new(ClusterAction.Delete, Reason.Of("cluster.locked", ("kind", "cluster-initialisation")))],
        },
        Row("c2", "shop-stage-3", StateKind.Fail, "creation-failed", Reason.Of("cluster.why.quota", ("resource", "floatingip")), TimeSpan.FromMinutes(12), null, 0, 0),
        Row("c3", "shop-test", StateKind.Warn, "degraded", Reason.Of("addon.pods-starting", ("workload", "kibana"), ("ready", "0"), ("wanted", "1")), TimeSpan.FromMinutes(50)),
        Row("c4", "shop-load", StateKind.Unknown, "no-answer", null, TimeSpan.FromMinutes(9)),
        Row("c5", "shop-prod-1", StateKind.Ok, "ready"),
        Row("c6", "shop-build", StateKind.Ok, "ready", done: 9, steps: 9),
    ];
}
