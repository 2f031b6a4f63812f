using Portal.Clusters.Details;
using Portal.Core.Addons;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Tests.Clusters;

/// <summary>Where a line of the add-ons leads.</summary>
public sealed class AddonLineTests
{
    private static readonly AddonHealth Ready = new() { Name = "kibana", Kind = StateKind.Ok, Code = "ready", Workloads = [new("Deployment", "logging/kibana", 1, 1, true)] };

    [Fact]
    public void App_IsOfferedWhereTheClusterHasIt()
    {
        Assert.Equal(ClusterApp.Kibana, Line(Ready).App);
        Assert.Null(Line(Ready with { Workloads = [] }).App);
        Assert.Null(Line(null).App);
        Assert.Null((Line(Ready) with { Name = "fluentd" }).App);
    }

    [Fact]
    public void Trouble_OfAContainer_LeadsToItsLog()
    {
        Assert.Null(Line(Ready).Trouble);
        Assert.Null(Line(Ready with { Reason = Reason.Of("addon.unschedulable", ("pod", "kibana-1")) }).Trouble);
        Assert.Equal(("logging", "kibana-1", "kibana"), Line(Ready with { Reason = Reason.Of("addon.crash", ("pod", "kibana-1"), ("container", "kibana")) }).Trouble);
    }

    private static AddonLine Line(AddonHealth? health) => new("kibana", "plan", null!, new StateWord(StateKind.Ok, "Ready"), null, health);
}
