using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Core.Addons.Life;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Receivers;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Provisioning;
using Portal.Tests.Addons;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Receivers;

/// <summary>Who is told, from the form to the other side, through the real portal over the sandbox.</summary>
public sealed class ReceiverLifeTests : PlatformCluster
{
    private const string Token = "the-very-secret-token";
    private const string Volume = "KubePersistentVolumeFillingUp";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ConcurrentQueue<(string Authorization, JsonNode Body)> _told = new();
    private int _answer = 200;

    protected override string Profile => "told";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:told=cluster-dns, kube-state-metrics, alertmanager, prometheus", "--Portal:Alerts:AskEvery=00:00:00.300"];

    private IAlertReceivers Receivers => Get<IAlertReceivers>();

    private IAlertRules Rules => Get<IAlertRules>();

    [Fact]
    public async Task Webhook_IsWrittenLoadedTestedAndTold_AndOutlivesRepairAndUpgradeOfTheAddon()
    {
        await using var other = await SmallServer.StartAsync(TakeAsync);
        var scope = await ScopeAsync();
        var draft = new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = other.Url + "/very-secret-path", Secret = Token, IsNew = true };

        await SaveAsync(scope, draft);
        Assert.Equal(TrialOutcome.Delivered, (await Receivers.TestAsync(scope, ClusterId, "pager", None)).Outcome);
        var test = _told.First(t => (string?)t.Body["alerts"]![0]!["labels"]!["alertname"] == "PortalTest");
        Assert.Equal(("Bearer " + Token, "people/pager", "4"), (test.Authorization, (string?)test.Body["receiver"], (string?)test.Body["version"]));

        var revision = await Rules.SaveAsync(scope, ClusterId, new RuleDraft { Name = "AlwaysHigh", Expression = "vector(7) > 5", Severity = "warning", Summary = "It is high." }, None);
        await Eventually.TrueAsync(async () => (await Rules.LoadAsync(scope, ClusterId, "AlwaysHigh", revision, None)).IsLoaded, "the rule is loaded");
        await Eventually.TrueAsync(() => Told("AlwaysHigh", "firing"), "it is told");
        Assert.DoesNotContain(_told, t => t.Body["alerts"]!.AsArray().Any(a => (string?)a!["labels"]!["alertname"] == "Watchdog"));

        await ChangeAddonAsync(scope, AddonChangeKind.Repair);
        await MakeAlertmanagerOlderAsync();
        await ChangeAddonAsync(scope, AddonChangeKind.Upgrade);
        Assert.Equal(["pager"], (await ListAsync(scope)).Receivers.Select(r => r.Name));
        Assert.Equal(TrialOutcome.Delivered, (await Receivers.TestAsync(scope, ClusterId, "pager", None)).Outcome);

        await Rules.RemoveAsync(scope, ClusterId, "AlwaysHigh", None);
        await Eventually.TrueAsync(async () => (await Rules.LoadAsync(scope, ClusterId, "AlwaysHigh", null, None)).IsLoaded, "the rule is gone");
        await Eventually.TrueAsync(() => Told("AlwaysHigh", "resolved"), "its end is told");
        await NothingIsToldOfSecretsAsync(scope, other.Url);
    }

    [Fact]
    public async Task Test_ThatFails_SaysWhy_AndAReceiverThatGoesTakesItsSecretsAlong()
    {
        await using var other = await SmallServer.StartAsync(TakeAsync);
        var scope = await ScopeAsync();
        await SaveAsync(scope, new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = other.Url + "/x", Secret = Token, IsNew = true });
        await SaveAsync(scope, new ReceiverDraft { Name = "chat", Kind = ReceiverKind.Slack, Url = other.Url + "/chat", Channel = "#ops", IsNew = true });
        await SaveAsync(scope, new ReceiverDraft { Name = "mail", Kind = ReceiverKind.Email, To = "ops@example.test", From = "a@example.test", Smarthost = "127.0.0.1:9", User = "me", Secret = Token, IsNew = true });

        Assert.Equal(TrialOutcome.Delivered, (await Receivers.TestAsync(scope, ClusterId, "chat", None)).Outcome);
        Assert.Contains(_told, t => (string?)t.Body["channel"] == "#ops");
        _answer = 401;
        Assert.Equal(new ReceiverTrial(TrialOutcome.Failed, "login", 401), await Receivers.TestAsync(scope, ClusterId, "pager", None));
        Assert.Equal(new ReceiverTrial(TrialOutcome.Failed, "refused"), await Receivers.TestAsync(scope, ClusterId, "mail", None));
        await SaveAsync(scope, new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = "http://nobody.invalid/x" });
        var lost = await Receivers.TestAsync(scope, ClusterId, "pager", None);
        Assert.Equal(("dns", TrialOutcome.Failed), (lost.Reason, lost.Outcome));
        Assert.DoesNotContain((await Get<IProjectAlerts>().ListAsync(scope, None)).SelectMany(b => b.Alerts), a => a.Labels["alertname"] == "PortalTest");

        var kept = (await ListAsync(scope)).Receivers;
        Assert.Equal(("http://nobody.invalid", true), (kept.Single(r => r.Name == "pager").Host, kept.Single(r => r.Name == "pager").HasSecret));
        foreach (var name in new[] { "pager", "chat", "mail" })
        {
            await Receivers.RemoveAsync(scope, ClusterId, name, None);
            await LoadedAsync(scope);
        }

        var secret = await ObjectAsync("v1", "Secret", "monitoring", "portal-receivers");
        Assert.Equal(["receivers.json"], secret["data"]!.AsObject().Select(d => d.Key));
    }

    [Fact]
    public async Task Refused_ByAlertmanagerOrByThePortal_LeavesWhatWasThere()
    {
        var scope = await ScopeAsync();
        await SaveAsync(scope, new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = "http://a.invalid/x", IsNew = true });
        var wrong = await Assert.ThrowsAsync<ClusterInvalidException>(() => Receivers.SaveAsync(scope, ClusterId, new ReceiverDraft { Name = "other", Kind = ReceiverKind.Webhook, Url = "http://a.invalid/x", IsNew = true }, None));
        Assert.Equal("receiver-duplicate", wrong.Errors.Single().Code);
        await Assert.ThrowsAsync<ForbiddenException>(() => Receivers.SaveAsync(scope with { Capabilities = [Capability.Read] }, ClusterId, new ReceiverDraft { Name = "other", Kind = ReceiverKind.Webhook, Url = "http://b.invalid/x" }, None));

        // An Alertmanager that knows nothing of the add-on's root receiver any more refuses what stands on it.
        await Receivers.SaveAsync(scope, ClusterId, new ReceiverDraft { Name = "other", Kind = ReceiverKind.Webhook, Url = "http://b.invalid/x", IsNew = true }, None);
        var secret = await ObjectAsync("v1", "Secret", "monitoring", "portal-receivers");
        var config = Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["alertmanager.yml"]!)).Replace("people/other", "people/lost", StringComparison.Ordinal).Replace("\"name\": \"people/lost\"", "\"name\": \"people/x\"", StringComparison.Ordinal);
        var state = ReceiverFile.Read(secret)!;
        await Api.ApplyAsync(ReceiverFile.Write(state with { Former = [.. state.Receivers.Where(r => r.Name == "pager")] }, config, [.. state.Receivers.SelectMany(r => r.Files).Select(f => KeyValuePair.Create(f, "http://a.invalid/x"))], null), None);

        ReceiverLoading? refused = null;
        await Eventually.TrueAsync(
            async () =>
            {
                refused = await Receivers.LoadAsync(scope, ClusterId, None);
                return refused.WhyNot is not null || (await ListAsync(scope)).Receivers.Length == 1;
            },
            "it is refused");
        Assert.True(refused!.WhyNot is null || refused.WhyNot.Contains("undefined receiver \"people/lost\"", StringComparison.Ordinal), refused.WhyNot);
        await LoadedAsync(scope);
        Assert.Equal(["pager"], (await ListAsync(scope)).Receivers.Select(r => r.Name));
    }

    [Fact]
    public async Task AlertmanagerOfAnOlderPortal_IsNotWrittenTo()
    {
        var scope = await ScopeAsync();
        Inside.Writer.Update(Inside.Type("statefulsets.apps"), "monitoring", "alertmanager", "", o =>
        {
            var volumes = o["spec"]!["template"]!["spec"]!["volumes"]!.AsArray();
            volumes.First(v => (string?)v!["name"] == "config")!.AsObject().Remove("projected");
            volumes.First(v => (string?)v!["name"] == "config")!["configMap"] = new JsonObject { ["name"] = "alertmanager-config" };
            return o;
        }, new Portal.Sandbox.Kubernetes.Writing.WriteOptions("old"));

        var wrong = await Assert.ThrowsAsync<ClusterInvalidException>(() => Receivers.SaveAsync(scope, ClusterId, new ReceiverDraft { Name = "pager", Kind = ReceiverKind.Webhook, Url = "http://a.invalid/x" }, None));

        Assert.Equal(("cluster", "receiver-not-mounted"), (wrong.Errors.Single().Field, wrong.Errors.Single().Code));
        Assert.False((await ListAsync(scope)).CanTake);
        Assert.Null(await Api.FindAsync(KubernetesResource.Of("v1", "Secret"), "monitoring", "portal-receivers", None));
    }

    [Fact]
    public async Task StockRule_WithAnotherThreshold_TakesItsPlace_OutlivesTheAddonsRepair_AndGoesBack()
    {
        var scope = await ScopeAsync();
        var stock = (await RulesAsync(scope)).Single(r => r.Name == Volume);
        Assert.Equal((true, "0.03"), (stock.IsReplaceable, stock.Threshold));
        Assert.DoesNotContain("unless", stock.Expression, StringComparison.Ordinal);

        var wrong = await Assert.ThrowsAsync<ClusterInvalidException>(() => Rules.AdjustAsync(scope, ClusterId, Volume, "1) or vector(1", TimeSpan.FromMinutes(1), None));
        Assert.Equal("threshold", wrong.Errors.Single().Field);
        await Assert.ThrowsAsync<ClusterInvalidException>(() => Rules.AdjustAsync(scope, ClusterId, "Watchdog", null, TimeSpan.FromMinutes(1), None));
        await AdjustedAsync(scope, Volume, "2");
        var changed = (await RulesAsync(scope)).Single(r => r is { Name: Volume, Replaces: true });
        Assert.Equal(("2", TimeSpan.Zero, "critical", stock.Summary), (changed.Threshold, changed.For, changed.Severity, changed.Summary));
        await Eventually.TrueAsync(async () => (await RulesAsync(scope)).Any(r => r is { Name: Volume, Replaces: true, State: RuleState.Firing }), "the changed one fires");

        await ChangeAddonAsync(scope, AddonChangeKind.Repair, "prometheus");
        Assert.Contains(await RulesAsync(scope), r => r is { Name: Volume, Replaces: true, Threshold: "2" });
        await Rules.RestoreAsync(scope, ClusterId, Volume, None);
        await Eventually.TrueAsync(async () => (await Rules.LoadAsync(scope, ClusterId, Volume, null, None)).IsLoaded, "it is gone");
        Assert.Single(await RulesAsync(scope), r => r.Name == Volume);
        var done = (await Get<IAuditLog>().ListAsync(scope, 50, null, None)).Where(e => e.Action.StartsWith("rule.", StringComparison.Ordinal)).Select(e => $"{e.Action} {e.Result}");
        Assert.Equal(["rule.adjust Invalid", "rule.adjust ok", "rule.restore ok"], done.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task StockRule_ThatIsReplaced_FindsNothing_WhileTheOtherFires()
    {
        const string Pods = "KubePodNotReady";
        var scope = await ScopeAsync();
        var labels = new JsonObject { ["app"] = "lost" };
        await Api.ApplyAsync(
            new JsonObject
            {
                ["apiVersion"] = "apps/v1",
                ["kind"] = "Deployment",
                ["metadata"] = new JsonObject { ["name"] = "lost", ["namespace"] = "monitoring" },
                ["spec"] = new JsonObject
                {
                    ["selector"] = new JsonObject { ["matchLabels"] = labels.DeepClone() },
                    ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels }, ["spec"] = new JsonObject { ["nodeSelector"] = new JsonObject { ["no"] = "node" }, ["containers"] = new JsonArray(new JsonObject { ["name"] = "a", ["image"] = "a" }) } },
                },
            },
            None);
        await Eventually.TrueAsync(async () => (await RulesAsync(scope)).Single(r => r.Name == Pods).State is not RuleState.Inactive, "the platform's rule finds the pod");

        await AdjustedAsync(scope, Pods, null);

        await Eventually.TrueAsync(
            async () => (await RulesAsync(scope)).Where(r => r.Name == Pods).OrderBy(r => r.IsOwn).Select(r => r.State).SequenceEqual([RuleState.Inactive, RuleState.Firing]), "the changed one fires, and the platform's does not");
    }

    [Fact]
    public async Task SandboxsAlertmanager_ToldThePortalItself_AndTheListHasIt()
    {
        var scope = await ScopeAsync();
        var token = Encoding.UTF8.GetString(Convert.FromBase64String((string)(await ObjectAsync("v1", "Secret", "monitoring", "alertmanager-webhook"))["data"]!["token"]!));
        await SaveAsync(scope, new ReceiverDraft { Name = "portal-itself", Kind = ReceiverKind.Webhook, Url = Url + "/api/alertmanager/webhook", Secret = token, Severities = ["critical", "warning", "info"], IsNew = true });
        var revision = await Rules.SaveAsync(scope, ClusterId, new RuleDraft { Name = "AlwaysHigh", Expression = "vector(7) > 5", Severity = "info" }, None);
        await Eventually.TrueAsync(async () => (await Rules.LoadAsync(scope, ClusterId, "AlwaysHigh", revision, None)).IsLoaded, "the rule is loaded");

        await Eventually.TrueAsync(async () => (await Get<IProjectAlerts>().ListAsync(scope, None)).Single(b => b.ClusterId == ClusterId) is { Source.ToldAt: not null } book && book.Alerts.Any(a => a.Labels["alertname"] == "AlwaysHigh"), "the portal was told by itself");
    }

    private async Task TakeAsync(HttpContext http)
    {
        var body = await JsonNode.ParseAsync(http.Request.Body);
        _told.Enqueue((http.Request.Headers.Authorization.ToString(), body!));
        http.Response.StatusCode = _answer;
    }

    private bool Told(string alert, string status) => _told.Any(t => t.Body["alerts"] is JsonArray alerts && alerts.Any(a => (string?)a!["labels"]!["alertname"] == alert && (string?)a["status"] == status));

    private async Task SaveAsync(Scope scope, ReceiverDraft draft)
    {
        await Receivers.SaveAsync(scope, ClusterId, draft, None);
        await LoadedAsync(scope);
    }

    private Task LoadedAsync(Scope scope) => Eventually.TrueAsync(async () => (await Receivers.LoadAsync(scope, ClusterId, None)).IsLoaded, "Alertmanager has it");

    private async Task AdjustedAsync(Scope scope, string name, string? threshold)
    {
        var revision = await Rules.AdjustAsync(scope, ClusterId, name, threshold, TimeSpan.Zero, None);
        await Eventually.TrueAsync(async () => (await Rules.LoadAsync(scope, ClusterId, name, revision, None)).IsLoaded, "it is loaded");
    }

    private async Task<ClusterReceivers> ListAsync(Scope scope) => (await Receivers.ListAsync(scope, None)).Single(c => c.ClusterId == ClusterId);

    private async Task<IReadOnlyList<AlertRule>> RulesAsync(Scope scope) => (await Rules.ListAsync(scope, None)).Single(c => c.ClusterId == ClusterId).Rules;

    private async Task ChangeAddonAsync(Scope scope, AddonChangeKind kind, string addon = "alertmanager")
    {
        await Get<IClusterAddons>().ChangeAsync(scope, ClusterId, kind, addon, [], None);
        var plan = await EndAsync(scope);
        Assert.True(plan.State is PlanState.Done, InitialisationTests.Explain(plan));
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    return addon == "prometheus" ? (await RulesAsync(scope)).Any(r => r.IsOwn) : (await Receivers.LoadAsync(scope, ClusterId, None)).IsLoaded;
                }
                catch (BackendException)
                {
                    return false;
                }
            },
            "what people wrote is loaded again");
    }

    private async Task NothingIsToldOfSecretsAsync(Scope scope, string url)
    {
        var audit = (await Get<IAuditLog>().ListAsync(scope, 100, null, None)).Where(e => e.Action.StartsWith("receiver.", StringComparison.Ordinal)).ToList();
        var told = string.Concat(audit.Select(e => $"{e.Action} {e.Result} {string.Join(';', e.Details)}\n")) + string.Join('\n', (await ListAsync(scope)).Receivers);
        Assert.Contains("receiver.save ok", told, StringComparison.Ordinal);
        Assert.Contains(url, told, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(DataFolder).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)), f => Content(f).Contains("very-secret", StringComparison.Ordinal));
    }

    private static string Content(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
