using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>What people write into a cluster's Alertmanager and Prometheus, through the real portal over the sandbox.</summary>
public sealed class AlertWritesTests : PlatformCluster
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected override string Profile => "polled";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:polled=cluster-dns, kube-state-metrics, alertmanager, prometheus", "--Portal:Alerts:AskEvery=00:00:00.300"];

    [Fact]
    public async Task OwnRule_IsReadLoadedAndFires_AndASilenceKeepsItQuiet_UntilItEnds()
    {
        var scope = await ScopeAsync();
        var (rules, silences) = (Get<IAlertRules>(), Get<ISilences>());
        var draft = new RuleDraft { Name = "AlwaysHigh", Expression = "vector(7) > 5", Severity = "warning", Summary = "It is high." };

        var wrong = await Assert.ThrowsAsync<ClusterInvalidException>(() => rules.SaveAsync(scope, ClusterId, draft with { Expression = "sum(up" }, None));
        Assert.Equal(("expression", true), (wrong.Errors.Single().Field, wrong.Errors.Single().Arguments["answer"].Contains("parse error", StringComparison.Ordinal)));
        Assert.True((await rules.PreviewAsync(scope, ClusterId, draft, None)).FiresNow > 0);
        var revision = await rules.SaveAsync(scope, ClusterId, draft, None);
        await Eventually.TrueAsync(async () => (await rules.LoadAsync(scope, ClusterId, draft.Name, revision, None)).IsLoaded, "the rule is loaded");
        var loaded = (await rules.ListAsync(scope, None)).Single(c => c.ClusterId == ClusterId).Rules;
        Assert.Contains(loaded, r => r is { Name: "AlwaysHigh", IsOwn: true });
        Assert.Contains(loaded, r => r is { Name: "Watchdog", IsOwn: false });
        await UntilAsync(a => a is { Standing: AlertStanding.Active, Expression: not null }, "it fires, with its expression");

        var badEnd = await Assert.ThrowsAsync<ClusterInvalidException>(() => silences.SaveAsync(scope, ClusterId, Quiet() with { EndsAt = DateTimeOffset.UtcNow.AddHours(-1), Comment = " " }, None));
        Assert.Equal(["endsAt", "comment"], badEnd.Errors.Select(e => e.Field));
        var id = await silences.SaveAsync(scope, ClusterId, Quiet(), None);
        await UntilAsync(a => a.Standing is AlertStanding.Silenced && a.SilencedBy.Contains(id), "it is silenced");
        var known = (await silences.ListAsync(scope, None)).Single(c => c.ClusterId == ClusterId).Silences.Single(s => s.Id == id);
        Assert.Equal((scope.UserName, SilenceState.Active), (known.CreatedBy, known.State));
        var other = await silences.SaveAsync(scope, ClusterId, Quiet() with { Id = id, StartsAt = known.StartsAt, Matchers = [new("alertname", "Always.*", IsRegex: true)] }, None);
        Assert.NotEqual(id, other);
        await silences.ExpireAsync(scope, ClusterId, other, None);
        await UntilAsync(a => a.Standing is AlertStanding.Active, "it is told again");
        await Assert.ThrowsAsync<ForbiddenException>(() => silences.SaveAsync(scope with { Capabilities = [Capability.Read] }, ClusterId, Quiet(), None));

        await rules.RemoveAsync(scope, ClusterId, draft.Name, None);
        await Eventually.TrueAsync(async () => (await rules.LoadAsync(scope, ClusterId, draft.Name, null, None)).IsLoaded, "the rule is gone");
        var done = (await Get<IAuditLog>().ListAsync(scope, 50, null, None)).Where(e => e.Action.StartsWith("silence.", StringComparison.Ordinal) || e.Action.StartsWith("rule.", StringComparison.Ordinal)).Select(e => $"{e.Action} {e.Result}");
        Assert.Equal(["rule.remove ok", "rule.save Invalid", "rule.save ok", "silence.change ok", "silence.create Invalid", "silence.create forbidden", "silence.create ok", "silence.expire ok"], done.Order(StringComparer.Ordinal));
    }

    private static SilenceDraft Quiet() => new() { Matchers = [new("alertname", "AlwaysHigh")], EndsAt = DateTimeOffset.UtcNow.AddHours(2), Comment = "known" };

    private Task UntilAsync(Func<ClusterAlert, bool> condition, string what) => Eventually.TrueAsync(
        async () => (await Get<IProjectAlerts>().ListAsync(await ScopeAsync(), None)).SelectMany(b => b.Alerts).Any(a => a.EndedAt is null && a.Labels["alertname"] == "AlwaysHigh" && condition(a)), what);
}
