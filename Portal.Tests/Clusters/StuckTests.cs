using System.Net;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Live;
using Portal.Sandbox.Heat;
using Portal.Sandbox.OpenStack;
using Portal.Shared;
using Portal.Tests.Sandbox;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

/// <summary>Each cause on a real cluster of the sandbox: first what Magnum says, then the portal's sentence.</summary>
public sealed class StuckTests(StuckWorld world) : IClassFixture<StuckWorld>
{
    public static TheoryData<string> FailingCauses => [.. StuckCase.Failing.Select(c => c.Cause)];

    public static TheoryData<string> WaitingCauses => [.. StuckCase.Waiting.Select(c => c.Cause)];

    public static TheoryData<string> DeletingCauses => [.. StuckCase.Deleting.Select(c => c.Cause)];

    [Theory]
    [MemberData(nameof(FailingCauses))]
    public async Task Creation_Failing_MagnumSaysLittle_ThePortalSaysWhy(string cause)
    {
        var stuck = StuckCase.Failing.Single(c => c.Cause == cause);
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await CreateAsync(magnum, stuck);

        var bare = await magnum.WaitAsync(id, stuck.Status);

        Assert.Equal(stuck.Reason?.Replace("{id}", id, StringComparison.Ordinal), bare["status_reason"]?.GetValue<string>());
        await ExplainedAsync(await world.EnterAsync("mei", "team-data"), id, stuck);
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);
    }

    [Theory]
    [MemberData(nameof(WaitingCauses))]
    public async Task Creation_MuchLongerThanUsual_MagnumSaysNothing_ThePortalSaysWhatItWaitsFor(string cause)
    {
        var stuck = StuckCase.Waiting.Single(c => c.Cause == cause);
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await CreateAsync(magnum, stuck);
        await magnum.WaitAsync(id, stuck.Status);
        Assert.Null(await world.Evidence.ExplainAsync(await world.EnterAsync("mei", "team-data"), id, default));

        await world.Host.AdvanceAsync(TimeSpan.FromMinutes(stuck.Later), CancellationToken.None);
        var bare = await magnum.GetAsync("/v1/clusters/" + id);

        Assert.Equal((stuck.Status, null), (bare["status"]!.GetValue<string>(), bare["status_reason"]?.GetValue<string>()));
        var mei = await world.EnterAsync("mei", "team-data");
        await ExplainedAsync(mei, id, stuck);
        await world.UntilAsync(mei, id, v => v is { State.Kind: StateKind.Warn, State.Code: "being-created" } && v.State.Reason!.Code.StartsWith("cluster.why." + stuck.Rule, StringComparison.Ordinal), "the list says it too");
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);
    }

    [Theory]
    [MemberData(nameof(DeletingCauses))]
    public async Task Deletion_Blocked_ThePortalSaysByWhat(string cause)
    {
        var stuck = StuckCase.Deleting.Single(c => c.Cause == cause);
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await CreateAsync(magnum, stuck);
        await magnum.WaitAsync(id, "CREATE_COMPLETE");
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);

        var bare = await magnum.WaitAsync(id, stuck.Status);

        var said = stuck.Reason!.Replace("{id}", id, StringComparison.Ordinal).Replace("{left}", StackFailures.LeftOver(id), StringComparison.Ordinal);
        Assert.Equal(said, bare["status_reason"]!.GetValue<string>());
        await ExplainedAsync(await world.EnterAsync("mei", "team-data"), id, stuck);
    }

    [Fact]
    public async Task Creator_WhoseAccountIsGone_IsNamedAsTheCause()
    {
        using var magnum = await MagnumCaller.AsAsync(world.Host, "luca", "team-shop");
        var id = await CreateAsync(magnum, new StuckCase("creator", "", "", ""));
        var bare = await magnum.WaitAsync(id, "CREATE_FAILED");
        Assert.Equal(StuckCase.Nothing, bare["status_reason"]!.GetValue<string>());
        var dana = await world.EnterAsync("dana", "team-shop");
        await ExplainedAsync(dana, id, new StuckCase("creator", "trust", "trust of the person who created the cluster is broken", "Could not find trust:"));
        using var admin = await MagnumCaller.AsServiceAsync(world.Host, "admin");
        var gone = await admin.SendAsync(HttpMethod.Delete, "/v3/users/" + bare["user_id"], service: "keystone");
        Assert.Equal(HttpStatusCode.NoContent, gone.Status);
        await world.Host.AdvanceAsync(TimeSpan.FromMinutes(2), CancellationToken.None);

        var explained = await world.Get<ClusterExplainer>().ExplainAsync(dana, (await world.Clusters.FindAsync(dana, id, default))!.Cluster, null, default);

        // A member may not look at other people's accounts: then it stays at what Heat says, and says what is missing.
        Assert.Equal(("trust", "keystone"), (explained!.RuleId, Assert.Single(explained.Missing).Backend));
        var own = await PlatformAsync(dana);
        explained = await world.Get<ClusterExplainer>().ExplainAsync(own, (await world.Clusters.FindAsync(dana, id, default))!.Cluster, null, default);
        Assert.Equal("creator-gone", explained!.RuleId);
        Assert.Contains("is deleted", Reasons.Tell(explained.Reason), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClusterApi_WithAFullQuota_SaysThatItMayBeTheQuota()
    {
        var mei = await world.EnterAsync("mei", "team-data");
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await CreateAsync(magnum, new StuckCase("cluster-api", "", "", ""));
        await magnum.WaitAsync(id, "CREATE_IN_PROGRESS");
        var quotas = world.Host.Context.Get<Cloud>().Quotas;
        var before = quotas.Limit(mei.ProjectId, "security_group");
        quotas.Change(mei.ProjectId, "security_group", 1);
        await world.Host.AdvanceAsync(TimeSpan.FromMinutes(4), CancellationToken.None);

        await ExplainedAsync(await world.EnterAsync("mei", "team-data"), id, new StuckCase("", "no-stack-full", "the project has no security groups left", "stack_id: kube-"));

        quotas.Change(mei.ProjectId, "security_group", before);
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);
    }

    [Theory]
    [InlineData("not-reachable", "HEALTHY", "api", "ok", "Magnum reaches its API, the portal does not.")]
    [InlineData("api-silent", "UNKNOWN", "api", "The cluster health-api-silent is not accessible.", "Neither the portal nor Magnum has an answer from its API.")]
    [InlineData("unhealthy-api", "UNHEALTHY", "api", "(500)", "Magnum's health check has an error from its API: (500)")]
    [InlineData("unhealthy-node", "UNHEALTHY", "{node}.Ready", "Unknown", "1 of its nodes are not ready, among them {node}.")]
    public async Task Health_OfAMadeCluster_MagnumSaysAWord_ThePortalSaysWhoDoesWhat(string rule, string health, string part, string said, string sentence)
    {
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await magnum.CreateAsync("health-" + rule);
        await magnum.WaitAsync(id, "CREATE_COMPLETE");
        var before = await HealthAsync(magnum, id, "HEALTHY");
        var node = before["health_status_reason"]!.AsObject().Select(p => p.Key).First(k => k.EndsWith(".Ready", StringComparison.Ordinal))[..^6];
        await HurtAsync(id, rule, node);

        var bare = await HealthAsync(magnum, id, health);

        Assert.Equal(said, bare["health_status_reason"]![part.Replace("{node}", node, StringComparison.Ordinal)]!.GetValue<string>());
        Assert.Null(bare["status_reason"]?.GetValue<string>());
        var mei = await world.EnterAsync("mei", "team-data");
        var cluster = (await world.Magnum.FindClusterAsync(mei, id, default))!;
        var authority = await world.Get<IMagnumCertificates>().FindAuthorityAsync(mei, id, default);
        Assert.Equal(rule is "unhealthy-api" or "unhealthy-node", await world.Get<IClusterReach>().AnswersAsync(mei.Region, cluster.ApiAddress!, authority!, default));
        var why = rule.StartsWith("unhealthy", StringComparison.Ordinal) ? FactRules.Unhealthy(cluster)! : FactRules.Unreachable(cluster);
        Assert.Equal(rule, why.RuleId);
        Assert.StartsWith(sentence.Replace("{node}", node, StringComparison.Ordinal), Reasons.Tell(why.Reason), StringComparison.Ordinal);
        Assert.NotNull(Reasons.ActionOf(why.Reason));
        world.Host.Context.Faults.Remove(null);
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);
    }

    [Fact]
    public async Task Explanation_OfAnotherProject_IsNotThere()
    {
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await CreateAsync(magnum, StuckCase.Failing[0]);
        await magnum.WaitAsync(id, "CREATE_FAILED");
        var dana = await world.EnterAsync("dana", "team-shop");

        Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(() => world.Evidence.ExplainAsync(dana, id, default))).Failure);
        await magnum.SendAsync(HttpMethod.Delete, "/v1/clusters/" + id);
    }

    internal static Task<string> CreateAsync(MagnumCaller magnum, StuckCase stuck)
    {
        var labels = new JsonObject { ["sandbox_fail"] = stuck.Cause };
        if (stuck.Label?.Split('=') is [var name, var value])
        {
            labels[name] = value;
        }

        return magnum.CreateAsync("stuck-" + stuck.Cause.Replace(':', '-').Replace('_', '-'), stuck.Template, labels: labels, minutes: stuck.Minutes);
    }

    // As anybody can, by the control API.
    private async Task HurtAsync(string id, string rule, string node)
    {
        var (path, body) = rule switch
        {
            "not-reachable" => ("faults", $$"""{"service":"kubernetes/{{id}}","path":"^/version$","kind":"cut"}"""),
            "unhealthy-api" => ("faults", $$"""{"service":"kubernetes/{{id}}","path":"^/healthz$","kind":"status","status":500}"""),
            "unhealthy-node" => ("kubernetes/" + id, $$"""{"do":"silence","node":"{{node}}"}"""),
            _ => ("kubernetes/" + id, """{"do":"halt"}"""),
        };
        using var http = new HttpClient();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"{world.Host.Context.Address("control")}/{path}"), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonNode> HealthAsync(MagnumCaller magnum, string id, string health)
    {
        JsonNode? cluster = null;
        await Eventually.TrueAsync(
            async () =>
            {
                await world.Host.AdvanceAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
                cluster = await magnum.GetAsync("/v1/clusters/" + id);
                return cluster["health_status"]?.GetValue<string>() == health;
            },
            health,
            within: TimeSpan.FromMinutes(1));
        return cluster!;
    }

    private async Task ExplainedAsync(Scope scope, string id, StuckCase stuck)
    {
        await world.Clusters.RefreshAsync(scope, default);
        var why = await world.Evidence.ExplainAsync(scope, id, default);
        Assert.Equal(stuck.Rule, why?.RuleId);
        Assert.Contains(stuck.Sentence, Reasons.Tell(why!.Reason), StringComparison.Ordinal);
        Assert.DoesNotContain('{', Reasons.Tell(why.Reason));
        Assert.DoesNotContain('{', Reasons.ActionOf(why.Reason)!);
        Assert.Contains(why.Lines, l => l.Text.Contains(stuck.Bare, StringComparison.Ordinal));
        Assert.Contains(why.Lines, l => l is { Source: "magnum", Subject: "status" });
        Assert.NotNull(why.Since);
        Assert.Empty(why.Missing);
    }

    private Task<Scope> PlatformAsync(Scope scope) =>
        world.Get<IPlatformScope>().ForProjectAsync(scope.Region, scope.ProjectId, "test", null, default);
}

/// <summary>Certificates are checked by real time, so simulated time may not be far ahead of it here.</summary>
public sealed class StuckApiTests(StuckWorld world) : IClassFixture<StuckWorld>
{
    [Fact]
    public async Task Creation_PastItsTimeout_WhoseApiAnswers_IsSaidToBeUsable()
    {
        var stuck = StuckCase.Answering;
        using var magnum = await MagnumCaller.AsAsync(world.Host, "mei", "team-data");
        var id = await StuckTests.CreateAsync(magnum, stuck);
        await world.Host.AdvanceAsync(TimeSpan.FromSeconds(100), CancellationToken.None);
        var bare = await magnum.WaitAsync(id, stuck.Status);
        Assert.Equal((null, null), (bare["status_reason"]?.GetValue<string>(), bare["api_address"]?.GetValue<string>()));
        var mei = await world.EnterAsync("mei", "team-data");
        await world.Clusters.RefreshAsync(mei, default);

        // The cluster's API comes up beside Magnum.
        Portal.Core.Clusters.Explanation? why = null;
        await Eventually.TrueAsync(
            async () => (why = await world.Get<ClusterExplainer>().ExplainAsync(mei, (await world.Clusters.FindAsync(mei, id, default))!.Cluster, null, default))?.RuleId == stuck.Rule, "its API answers");

        Assert.Contains(stuck.Sentence, Reasons.Tell(why!.Reason), StringComparison.Ordinal);
        Assert.Contains(why.Lines, l => l.Text.Contains(stuck.Bare, StringComparison.Ordinal));
    }
}

/// <summary>A world in which clusters are late after three minutes: simulated time is dear where clusters run.</summary>
public sealed class StuckWorld : SandboxWorld
{
    /// <inheritdoc />
    protected override void Configure(Portal.Core.Clusters.ClustersOptions options) => options.LateAfter = TimeSpan.FromMinutes(3);
}
