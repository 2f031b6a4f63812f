using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Core.Registry.Settings;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>Settings of a project's place in Harbor, over a Harbor that holds everybody to their rights.</summary>
public sealed class ImageSettingsTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SandboxFixture sandbox;
    private readonly MappingRoom room;
    private readonly MappingInputs mine = MappingRoom.NewProject();
    private readonly MappingInputs theirs = MappingRoom.NewProject();
    private ProjectMapping place = null!;

    public ImageSettingsTests(SandboxFixture sandbox)
    {
        this.sandbox = sandbox;
        room = new MappingRoom(sandbox.Address("harbor"));
    }

    private IImageSettings Settings => room.Get<IImageSettings>();

    private IImageRetention Retention => room.Get<IImageRetention>();

    private RepositoryName Checkout => new(place.HarborProject, "checkout");

    public async Task InitializeAsync()
    {
        await room.RunAsync(mine);
        await room.RunAsync(theirs);
        place = (await room.MappingAsync(mine))!;

        // The demo's teams have pushed by the time somebody of them first looks.
        await room.Get<IImageService>().ListRepositoriesAsync(Reader(), place.HarborProject, new(), None);
    }

    public async Task DisposeAsync() => await room.DisposeAsync();

    [Fact]
    public async Task Settings_OfANewPlace_ArePrivateAndTellWhatIsUsed()
    {
        var now = await Settings.GetAsync(Reader(), None);

        Assert.Equal((place.HarborProject, false, 3L, new ScanSettings(false, null)), (now.HarborProject, now.IsPublic, now.RepositoryCount, now.Scanning));
        Assert.InRange(now.Used, 1, now.Limit!.Value);
        Assert.Empty(now.Protections);
    }

    [Fact]
    public async Task Public_LetsAnotherProjectsUserRead_AndPrivateNoMore()
    {
        var stranger = ScopeOf(theirs, Capability.Read, Capability.Write);
        var images = room.Get<IImageService>();

        await Settings.SetPublicAsync(Member(), true, None);
        Assert.NotNull(await images.FindRepositoryAsync(stranger, Checkout, None));
        Assert.True((await Settings.GetAsync(Reader(), None)).IsPublic);
        await Settings.SetPublicAsync(Member(), false, None);
        var refused = await Assert.ThrowsAsync<BackendException>(() => images.FindRepositoryAsync(stranger, Checkout, None));

        Assert.Equal(BackendFailure.Forbidden, refused.Failure);
        var audit = await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None);
        Assert.Equal(["image.project.private", "image.project.public"], audit.Where(e => e.Action.StartsWith("image.project.", StringComparison.Ordinal) && e.Details["name"] == place.HarborProject).Select(e => e.Action));
    }

    [Fact]
    public async Task Scanning_IsKept_AndVisibilityStays()
    {
        await Settings.SetScanningAsync(Member(), new ScanSettings(true, Severity.High), None);
        await Settings.SetPublicAsync(Member(), true, None);
        Assert.Equal(new ScanSettings(true, Severity.High), (await Settings.GetAsync(Reader(), None)).Scanning);

        await Settings.SetScanningAsync(Member(), new ScanSettings(true, null), None);

        var now = await Settings.GetAsync(Reader(), None);
        Assert.Equal((new ScanSettings(true, null), true), (now.Scanning, now.IsPublic));
    }

    [Fact]
    public async Task ProtectedTag_IsNotDeleted_UntilTheRuleIsGone()
    {
        var images = room.Get<IImageService>();
        var digest = (await images.FindArtifactAsync(Member(), Checkout, "1.4.2", None))!.Digest;

        await Settings.ProtectAsync(Member(), new TagProtection(0, "{checkout,web/**}", "1.*"), None);
        var rule = Assert.Single((await Settings.GetAsync(Reader(), None)).Protections);
        Assert.Equal(("{checkout,web/**}", "1.*", false), (rule.Repositories, rule.Tags, rule.IsDisabled));
        var refused = await Assert.ThrowsAsync<BackendException>(() => images.DeleteTagAsync(Member(), Checkout, digest, "1.4.2", None));
        Assert.Equal(BackendFailure.Conflict, refused.Failure);

        await Settings.UnprotectAsync(Member(), rule.Id, None);
        await Settings.UnprotectAsync(Member(), rule.Id, None);
        await images.DeleteTagAsync(Member(), Checkout, digest, "1.4.2", None);
        Assert.Empty((await Settings.GetAsync(Reader(), None)).Protections);
    }

    [Theory]
    [InlineData("a b", "**")]
    [InlineData("**", "{a,b")]
    [InlineData("", "**")]
    public async Task Protection_ByNoPattern_IsRefusedBeforeHarborIsAsked(string repositories, string tags)
    {
        var refused = await Assert.ThrowsAsync<BackendException>(() => Settings.ProtectAsync(Member(), new TagProtection(0, repositories, tags), None));

        Assert.Equal(BackendFailure.Invalid, refused.Failure);
    }

    [Fact]
    public async Task Retention_Tried_DeletesNothing_AndRunDeletesWhatNoRuleKeeps()
    {
        var images = room.Get<IImageService>();
        var before = (await images.ListArtifactsAsync(Member(), Checkout, new(), None)).Total;
        Assert.True(before > 1);
        Assert.Null(await Retention.FindAsync(Reader(), None));

        await Retention.AddAsync(Member(), new KeepRule(KeepBy.LatestPushed, 1, "checkout", "**", true), None);
        var tried = await Retention.RunAsync(Member(), isTrial: true, None);
        Assert.Equal(before, (await images.ListArtifactsAsync(Member(), Checkout, new(), None)).Total);
        var ran = await Retention.RunAsync(Member(), isTrial: false, None);

        Assert.Equal(new RetainedRepository("checkout", 1, (int)before), Assert.Single(tried.Repositories));
        Assert.Equal((true, true), (tried.IsTrial, tried.IsEnded));
        Assert.Equal(tried.Repositories.AsEnumerable(), ran.Repositories);
        Assert.Equal(1, (await images.ListArtifactsAsync(Member(), Checkout, new(), None)).Total);
        Assert.NotNull(await images.FindRepositoryAsync(Member(), new(place.HarborProject, "web/frontend"), None));
        Assert.Contains(await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None), e => e.Action == "image.retention.run" && e.Details["deleted"] == $"{before - 1}");
    }

    [Fact]
    public async Task RetentionRules_OfAllKinds_ComeBackAsTheyWereMade()
    {
        KeepRule[] rules =
        [
            new(KeepBy.LatestPushed, 10, "**", "release-*", false), new(KeepBy.LatestPulled, 3, "web/**", "**", true), new(KeepBy.PushedWithinDays, 30, "**", "**", true),
            new(KeepBy.PulledWithinDays, 7, "checkout", "**", false), new(KeepBy.Always, 0, "**", "keep", false),
        ];
        foreach (var rule in rules)
        {
            await Retention.AddAsync(Member(), rule, None);
        }

        await Retention.SetScheduleAsync(Member(), RetentionSchedule.Weekly, None);
        await FoundAsync(rules);
        await Retention.RemoveAsync(Member(), rules[1], None);
        await FoundAsync(rules.Where((_, i) => i != 1));
        var gone = await Assert.ThrowsAsync<BackendException>(() => Retention.RemoveAsync(Member(), rules[1], None));
        Assert.Equal(BackendFailure.Conflict, gone.Failure);

        async Task FoundAsync(IEnumerable<KeepRule> expected)
        {
            var found = (await Retention.FindAsync(Reader(), None))!;
            Assert.Equal(RetentionSchedule.Weekly, found.Schedule);
            Assert.Equal(expected, found.Rules.AsEnumerable());
        }
    }

    [Fact]
    public async Task RetentionRule_MadeInHarbor_IsToldAndLeftAsItIs()
    {
        await Retention.AddAsync(Member(), new KeepRule(KeepBy.Always, 0, "**", "**", true), None);
        using var http = RunningHarbor.Http(sandbox.Address("harbor"), "admin", "labpass");
        var id = (await http.GetFromJsonAsync<JsonObject>($"/api/v2.0/projects/{place.HarborProjectId}"))!["metadata"]!["retention_id"]!.ToString();
        var policy = (await http.GetFromJsonAsync<JsonObject>($"/api/v2.0/retentions/{id}"))!;
        var foreign = policy["rules"]![0]!.DeepClone();
        foreign["tag_selectors"]![0]!["decoration"] = "excludes";
        policy["rules"]!.AsArray().Add(foreign.DeepClone());
        policy["trigger"]!["settings"]!["cron"] = "0 30 4 * * *";
        using var put = await http.PutAsJsonAsync($"/api/v2.0/retentions/{id}", policy);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);

        await Retention.AddAsync(Member(), new KeepRule(KeepBy.LatestPushed, 2, "**", "**", true), None);

        var found = (await Retention.FindAsync(Reader(), None))!;
        Assert.Equal([KeepBy.Always, KeepBy.Other, KeepBy.LatestPushed], found.Rules.Select(r => r.By));
        Assert.Equal(RetentionSchedule.Other, found.Schedule);
        var after = (await http.GetFromJsonAsync<JsonObject>($"/api/v2.0/retentions/{id}"))!;
        Assert.True(JsonNode.DeepEquals(foreign, after["rules"]![1]), after.ToJsonString());
    }

    [Fact]
    public async Task Reader_ChangesNothing_AndEachAttemptIsWrittenDown()
    {
        Func<Task>[] attempts =
        [
            () => Settings.SetPublicAsync(Reader(), true, None), () => Settings.SetScanningAsync(Reader(), new(true, null), None),
            () => Settings.ProtectAsync(Reader(), new(0, "**", "**"), None), () => Settings.UnprotectAsync(Reader(), 1, None),
            () => Retention.AddAsync(Reader(), new(KeepBy.Always, 0, "**", "**", true), None), () => Retention.RemoveAsync(Reader(), new(KeepBy.Always, 0, "**", "**", true), None),
            () => Retention.SetScheduleAsync(Reader(), RetentionSchedule.Daily, None), () => Retention.RunAsync(Reader(), true, None),
        ];
        foreach (var attempt in attempts)
        {
            await Assert.ThrowsAsync<ForbiddenException>(attempt);
        }

        Assert.Equal(attempts.Length, (await room.Get<IAuditLog>().ListAsync(Reader(), 100, null, None)).Count(e => e.Result == "forbidden"));
        Assert.False((await Settings.GetAsync(Reader(), None)).IsPublic);
        await Assert.ThrowsAsync<ForbiddenException>(() => Settings.GetAsync(Member() with { Capabilities = [] }, None));
        await Assert.ThrowsAsync<ForbiddenException>(() => Retention.FindAsync(Member() with { Capabilities = [] }, None));
    }

    [Fact]
    public async Task Change_LeftInTheMiddle_IsNotWrittenDownAsDone()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Settings.SetPublicAsync(Member(), true, new CancellationToken(canceled: true)));

        Assert.Equal("unknown", (await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None)).First(e => e.Action == "image.project.public").Result);
    }

    [Fact]
    public async Task RuleOfAnotherProject_IsNotTakenAway()
    {
        await Settings.ProtectAsync(Member(), new TagProtection(0, "**", "1.*"), None);
        var rule = Assert.Single((await Settings.GetAsync(Reader(), None)).Protections);

        await Settings.UnprotectAsync(ScopeOf(theirs, Capability.Read, Capability.Write), rule.Id, None);

        Assert.Single((await Settings.GetAsync(Reader(), None)).Protections);
    }

    private static Scope ScopeOf(MappingInputs of, params Capability[] capabilities) => TestScopes.Fake(new Dictionary<string, string>(), of.ProjectId, capabilities);

    private Scope Member() => ScopeOf(mine, Capability.Read, Capability.Write);

    private Scope Reader() => ScopeOf(mine, Capability.Read);
}
