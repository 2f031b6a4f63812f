using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Sandbox.Faults;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>A change of an add-on is stopped in the middle of a write and taken back: the cluster is as it was, and its volumes were never touched.</summary>
public sealed class AddonUndoTests : PlatformCluster
{
    private const string Addon = "alertmanager";

    protected override string Profile => "tiny";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:tiny=cluster-dns"];

    private IClusterAddons Addons => Get<IClusterAddons>();

    private IPlanService Plans => Get<IPlanService>();

    [Fact]
    public async Task Add_StoppedAtAnyWrite_LeavesNothingButWhatHoldsData()
    {
        var scope = await ScopeAsync();
        foreach (var (method, path, kind) in new[]
        {
            ("PATCH", "/namespaces/monitoring/secrets/registry-pull$", "hang"),
            ("POST", "/namespaces/monitoring/secrets$", "hang"),
            ("PATCH", "/configmaps/alertmanager-config$", "hang"),
            ("PATCH", "/statefulsets/alertmanager$", "hang"),
            ("PATCH", "/statefulsets/alertmanager$", "hang-answer"),
            ("PATCH", "/networkpolicies/alertmanager$", "hang-answer"),
        })
        {
            var plan = await StoppedAsync(scope, AddonChangeKind.Add, method, path, kind);

            Assert.True(plan.State is PlanState.Undone, $"{method} {path}: {InitialisationTests.Explain(plan)}");
            await GoneAsync();
            Assert.DoesNotContain(await Addons.ListAsync(scope, ClusterId, CancellationToken.None), w => w.Name == Addon);
        }

        // Not ready: nobody answers at its port.
        var waiting = await StoppedAsync(scope, AddonChangeKind.Add, "*", "/portforward$", "cut");
        Assert.True(waiting.State is PlanState.Undone, InitialisationTests.Explain(waiting));
        await GoneAsync();
        Assert.NotNull(await ObjectAsync("v1", "PersistentVolumeClaim", "monitoring", "data-alertmanager-0"));
        Assert.NotNull(await ObjectAsync("v1", "Secret", "monitoring", "alertmanager-webhook"));
    }

    [Fact]
    public async Task UpgradeAndRemoval_StoppedAtAnyWrite_BringBackTheObjectsAsTheyWere()
    {
        var scope = await ScopeAsync();
        await Addons.ChangeAsync(scope, ClusterId, AddonChangeKind.Add, Addon, [], CancellationToken.None);
        Assert.Equal(PlanState.Done, (await EndAsync(scope)).State);
        await MakeAlertmanagerOlderAsync();
        Inside.Writer.Update(Inside.Type("services"), "monitoring", Addon, "", o => { o["metadata"]!["labels"]!["team"] = "shop"; return o; }, new Portal.Sandbox.Kubernetes.Writing.WriteOptions("kubectl-label"));
        var (before, claim) = (await SnapshotAsync(), await ClaimAsync());

        foreach (var (change, method, path, kind) in new[]
        {
            (AddonChangeKind.Upgrade, "PATCH", "/configmaps/alertmanager-config$", "hang"),
            (AddonChangeKind.Upgrade, "DELETE", "/statefulsets/alertmanager$", "hang-answer"),
            (AddonChangeKind.Upgrade, "PATCH", "/services/alertmanager$", "hang"),
            (AddonChangeKind.Upgrade, "PATCH", "/networkpolicies/alertmanager$", "hang-answer"),
            (AddonChangeKind.Upgrade, "*", "/portforward$", "cut"),
            (AddonChangeKind.Remove, "DELETE", "/configmaps/alertmanager-config$", "hang"),
            (AddonChangeKind.Remove, "DELETE", "/serviceaccounts/alertmanager$", "hang-answer"),
            (AddonChangeKind.Remove, "DELETE", "/statefulsets/alertmanager$", "hang-answer"),
            (AddonChangeKind.Remove, "DELETE", "/networkpolicies/alertmanager$", "hang-answer"),
        })
        {
            var plan = await StoppedAsync(scope, change, method, path, kind);

            Assert.True(plan.State is PlanState.Undone, $"{change} {method} {path}: {InitialisationTests.Explain(plan)}");
            Assert.Equal(before, await SnapshotAsync());
            Assert.Equal(claim, await ClaimAsync());
            Assert.Contains(await Addons.ListAsync(scope, ClusterId, CancellationToken.None), w => w is { Name: Addon, IsGoing: false });
        }

        var stopped = await StoppedAsync(scope, AddonChangeKind.Upgrade, "PATCH", "/networkpolicies/alertmanager$", "hang-answer", undo: false);
        Assert.Equal(PlanState.Cancelled, stopped.State);
        Assert.NotEqual(before, await SnapshotAsync());
        var stranger = await ScopeAsync("team-data");
        await Assert.ThrowsAsync<BackendException>(() => Plans.CancelAsync(stranger, stopped.Id, undo: true, CancellationToken.None));
        await Plans.CancelAsync(scope, stopped.Id, undo: true, CancellationToken.None);
        Assert.Equal(PlanState.Undone, (await EndedAsync(scope, stopped.Id)).State);
        Assert.Equal((before, claim), (await SnapshotAsync(), await ClaimAsync()));
    }

    private async Task<Plan> StoppedAsync(Scope scope, AddonChangeKind change, string method, string path, string kind, bool undo = true)
    {
        var fault = new Fault { Service = $"kubernetes/{ClusterId}", Method = method is "*" ? null : method, Path = path, Kind = kind };
        Faults.Add(fault);
        var plan = await Addons.ChangeAsync(scope, ClusterId, change, Addon, [], CancellationToken.None);
        try
        {
            await Eventually.TrueAsync(() => Faults.Met(fault.Id) > 0, $"{change}: {method} {path}");
            await Plans.CancelAsync(scope, plan.Id, undo, CancellationToken.None);
        }
        finally
        {
            Faults.Remove(fault.Id);
        }

        return await EndedAsync(scope, plan.Id);
    }

    private async Task<Plan> EndedAsync(Scope scope, string planId)
    {
        Plan? plan = null;
        await Eventually.TrueAsync(
            async () => (plan = await Plans.FindAsync(scope, planId, CancellationToken.None))!.IsEnded && await Plans.FindRunningAsync(scope, ClusterPlans.Subject(ClusterId), CancellationToken.None) is null, "the plan is over");
        return plan!;
    }

    private Task GoneAsync() => Eventually.TrueAsync(async () => (await AddonInstaller.LeftOverAsync(Api, Addon, [], CancellationToken.None)).Count == 0, "nothing is left");

    private async Task<string> ClaimAsync() => (string)(await ObjectAsync("v1", "PersistentVolumeClaim", "monitoring", "data-alertmanager-0"))["metadata"]!["uid"]!;

    /// <summary>The add-on's objects without what the API server keeps for itself.</summary>
    private async Task<string> SnapshotAsync()
    {
        var objects = await AddonInstaller.LeftOverAsync(Api, Addon, [], CancellationToken.None);
        foreach (var (o, name) in objects.SelectMany(o => new[] { "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields" }, (o, name) => (o, name)))
        {
            o.Remove("status");
            o["metadata"]!.AsObject().Remove(name);
        }

        return string.Join("\n", objects.Select(Sorted).Select(o => o!.ToJsonString()).Order(StringComparer.Ordinal));
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
