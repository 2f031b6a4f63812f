using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>What clusters' Alertmanagers tell, by message.</summary>
public sealed class ClusterAlertsTests
{
    private static readonly ClusterKey Shop = new(TestScopes.Region, "p1", "c1");
    private readonly ClusterAlerts alerts;

    public ClusterAlertsTests()
    {
        var store = MemoryHome.NewStore();
        alerts = new ClusterAlerts(store, new AlertBooks(store, new InProcessChangeBus()), TimeProvider.System);
    }

    [Fact]
    public async Task Messages_MixedRepeatedAndLate_LeaveTheLastStateOfEach()
    {
        await alerts.LearnAsync(Shop, "token", default);
        var mixed = Message(("a", "firing", 1), ("b", "resolved", 1), ("c", "firing", 1));

        Assert.Equal(AlertReceipt.Kept, await alerts.ReceiveAsync("token", mixed, default));
        Assert.Equal(AlertReceipt.Kept, await alerts.ReceiveAsync("token", mixed, default));
        Assert.Equal(["a firing", "c firing", "b resolved"], await StatesAsync());

        await alerts.ReceiveAsync("token", Message(("a", "resolved", 1)), default);
        await alerts.ReceiveAsync("token", mixed, default);
        Assert.Equal(["c firing", "a resolved", "b resolved"], await StatesAsync());

        await alerts.ReceiveAsync("token", Message(("a", "firing", 2)), default);
        Assert.Equal(["a firing", "c firing", "b resolved"], await StatesAsync());
    }

    [Fact]
    public async Task Token_OfAnotherClusterOrAFormerOne_SpeaksForNobodyElse()
    {
        await alerts.LearnAsync(Shop, "former", default);
        await alerts.LearnAsync(Shop, "token", default);
        await alerts.LearnAsync(Shop with { ProjectId = "p2", ClusterId = "c2" }, "theirs", default);

        Assert.Equal(AlertReceipt.UnknownToken, await alerts.ReceiveAsync("former", Message(("a", "firing", 1)), default));
        Assert.Equal(AlertReceipt.UnknownToken, await alerts.ReceiveAsync("", Message(("a", "firing", 1)), default));
        Assert.Equal(AlertReceipt.Kept, await alerts.ReceiveAsync("theirs", Message(("a", "firing", 1)), default));
        Assert.Empty(await StatesAsync());
        Assert.Empty(await alerts.ListAsync(Scope("p1"), "c2", default));
        Assert.Single(await alerts.ListAsync(Scope("p2"), "c2", default));
        await Assert.ThrowsAsync<ForbiddenException>(() => alerts.ListAsync(Scope("p1", []), "c1", default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"version\":\"3\",\"alerts\":[]}")]
    [InlineData("{\"version\":\"4\",\"alerts\":[null]}")]
    [InlineData("{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\"}]}")]
    [InlineData("{\"version\":\"4\",\"alerts\":[{\"status\":\"odd\",\"fingerprint\":\"f\",\"labels\":{\"a\":\"b\"}}]}")]
    public async Task Message_ThatIsNotAlertmanagers_IsNotUnderstood(string text)
    {
        await alerts.LearnAsync(Shop, "token", default);

        Assert.Equal(AlertReceipt.NotUnderstood, await alerts.ReceiveAsync("token", Encoding.UTF8.GetBytes(text), default));
    }

    [Fact]
    public async Task Alerts_MoreThanAreKept_LoseTheOldestThatAreOver()
    {
        await alerts.LearnAsync(Shop, "token", default);
        var many = Enumerable.Range(0, AlertMerge.Most + 50).Select(n => ($"f{n:d4}", n < 20 ? "firing" : "resolved", 1)).ToArray();

        await alerts.ReceiveAsync("token", Message(many), default);

        var kept = await alerts.ListAsync(Scope("p1"), "c1", default);
        Assert.Equal((AlertMerge.Most, 20), (kept.Count, kept.Count(a => a.EndedAt is null)));
    }

    /// <summary>A message of Alertmanager 0.33.</summary>
    internal static byte[] Message(params (string Fingerprint, string Status, int Day)[] said) => Encoding.UTF8.GetBytes($$"""
        {"receiver":"portal","status":"firing","alerts":[{{string.Join(",", said.Select(s => $$"""
        {"status":"{{s.Status}}","labels":{"alertname":"KubePodCrashLooping","namespace":"zone-test","severity":"warning"},"annotations":{"summary":"A pod restarts again and again."},
         "startsAt":"2026-11-0{{s.Day}}T10:00:00Z","endsAt":"{{(s.Status == "firing" ? "0001-01-01T00:00:00Z" : $"2026-11-0{s.Day}T11:00:00Z")}}","generatorURL":"","fingerprint":"{{s.Fingerprint}}"}
        """))}}],"groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"","version":"4","groupKey":"{}","truncatedAlerts":0}
        """);

    private static Scope Scope(string project, Capability[]? capabilities = null) => TestScopes.Fake(new Dictionary<string, string>(), project, capabilities);

    private async Task<IEnumerable<string>> StatesAsync() =>
        (await alerts.ListAsync(Scope("p1"), "c1", default)).Select(a => $"{a.Fingerprint} {(a.EndedAt is null ? "firing" : "resolved")}");
}
