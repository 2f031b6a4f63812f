using Portal.Clusters.Details;
using Portal.Core.Clusters;

namespace Portal.Tests.Clusters;

public sealed class EventsModelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Shown_ManyEvents_ComesInPagesThatTheFilterMakesSmaller()
    {
        var model = new EventsModel([.. Enumerable.Range(0, 100).Select(n => Event(n % 10 == 0 ? "kube_masters" : "kube_minions", "CREATE_COMPLETE"))]);

        Assert.Equal((40, 60), (model.Shown.Count, model.Left));
        model.More();
        Assert.Equal((80, 20), (model.Shown.Count, model.Left));
        model.Filter = " MASTERS  complete ";
        Assert.Equal((10, 0), (model.Shown.Count, model.Left));
        Assert.All(model.Shown, e => Assert.Equal("kube_masters", e.LogicalId));
        model.Filter = "load balancer";
        Assert.Empty(model.Shown);
        model.Clear();
        Assert.Equal(80, model.Shown.Count);
    }

    [Fact]
    public void OnlyFailed_LeavesWhatFailed()
    {
        var model = new EventsModel([Event("a", "CREATE_FAILED", "ResourceInError: No valid host"), Event("b", "CREATE_COMPLETE"), Event("c", "DELETE_FAILED")]) { OnlyFailed = true };

        Assert.Equal((3, 2), (model.Count, model.FailedCount));
        Assert.Equal(["a", "c"], model.Shown.Select(e => e.LogicalId));
        model.Filter = "valid host";
        Assert.Equal(["a"], model.Shown.Select(e => e.LogicalId));
    }

    private static StackEvent Event(string resource, string status, string reason = "state changed") => new(Guid.NewGuid().ToString(), Noon, resource, "", status, reason);
}
