using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Faults;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>Images and personal credentials of two projects over one Harbor: each as its own Harbor user, which Harbor itself holds to its rights.</summary>
public sealed class ImageServiceTests : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly SandboxFixture sandbox;
    private readonly MappingRoom room;
    private readonly MappingInputs mine = MappingRoom.NewProject();
    private readonly MappingInputs theirs = MappingRoom.NewProject();
    private string project = "";

    public ImageServiceTests(SandboxFixture sandbox)
    {
        this.sandbox = sandbox;
        room = new MappingRoom(sandbox.Address("harbor"));
    }

    private IImageService Images => room.Get<IImageService>();

    private IRegistryCredentials Credentials => room.Get<IRegistryCredentials>();

    private RepositoryName Checkout => new(project, "checkout");

    public async Task InitializeAsync()
    {
        await room.RunAsync(mine);
        await room.RunAsync(theirs);
        project = (await room.MappingAsync(mine))!.HarborProject;
    }

    public async Task DisposeAsync()
    {
        sandbox.Host.Context.Faults.Remove(null);
        await room.DisposeAsync();
    }

    [Fact]
    public async Task Repositories_AreSearchedSortedAndPagedByHarbor()
    {
        var byName = await Images.ListRepositoriesAsync(Member(), project, new(Sort: ImageSort.Name, IsAscending: true), None);
        var found = await Images.ListRepositoriesAsync(Member(), project, new("front"), None);

        Assert.Equal(["checkout", "tools/migrate", "web/frontend"], byName.Items.Select(r => r.Name.Name));
        Assert.Equal(3, byName.Total);
        Assert.Equal(new RepositoryName(project, "web/frontend"), Assert.Single(found.Items).Name);
        Assert.Empty((await Images.ListRepositoriesAsync(Member(), project, new(Page: 2), None)).Items);
    }

    [Fact]
    public async Task Artifacts_IndexWithAttestation_IsOneRowThatTellsItsParts()
    {
        await FillAsync();

        var page = await Images.ListArtifactsAsync(Reader(), new(project, "web/frontend"), new(), None);

        var index = Assert.Single(page.Items);
        Assert.True(index.IsIndex);
        Assert.Equal(["2.0.0", "latest"], index.Tags.Select(t => t.Name));
        Assert.Equal([("linux/amd64", false), ("linux/arm64", false), (null, true)], index.Parts.Select(p => (p.Platform, p.IsAttestation)));
        Assert.Equal("linux/arm64", (await Images.FindArtifactAsync(Reader(), new(project, "web/frontend"), index.Parts[1].Digest, None))!.Platform);
    }

    [Fact]
    public async Task Artifacts_Filter_IsATagOrADigest()
    {
        await FillAsync();
        var critical = Assert.Single((await Images.ListArtifactsAsync(Member(), Checkout, new("1.4.2"), None)).Items);

        Assert.Equal(critical.Digest, Assert.Single((await Images.ListArtifactsAsync(Member(), Checkout, new(critical.Digest[..20]), None)).Items).Digest);
        Assert.Equal(1, critical.Scan!.Counts[Severity.Critical]);
        Assert.Equal("openssl", (await Images.FindVulnerabilitiesAsync(Reader(), Checkout, critical.Digest, None))!.Findings[0].Package);
    }

    [Fact]
    public async Task Scan_OfAnUnscannedImage_IsDoneSoon_AndASecondOneJoins()
    {
        await FillAsync();
        var name = new RepositoryName(project, "tools/migrate");
        var digest = (await Images.FindArtifactAsync(Member(), name, "0.9", None))!.Digest;
        Assert.Null(await Images.FindVulnerabilitiesAsync(Member(), name, digest, None));

        await Images.ScanAsync(Member(), name, digest, None);
        await Images.ScanAsync(Member(), name, digest, None);

        await Eventually.TrueAsync(async () => (await Images.FindArtifactAsync(Member(), name, digest, None))!.Scan?.State is ScanState.Done, "the scan is done");
        Assert.NotNull(await Images.FindVulnerabilitiesAsync(Member(), name, digest, None));
    }

    [Fact]
    public async Task Deletions_TakeWhatTheyName_AndWhatIsGoneIsFine()
    {
        await FillAsync();
        var digest = (await Images.FindArtifactAsync(Member(), Checkout, "1.4.2", None))!.Digest;

        await Images.DeleteTagAsync(Member(), Checkout, digest, "latest", None);
        Assert.Equal("1.4.2", Assert.Single((await Images.FindArtifactAsync(Member(), Checkout, digest, None))!.Tags).Name);
        await Images.DeleteArtifactAsync(Member(), Checkout, digest, None);
        await Images.DeleteArtifactAsync(Member(), Checkout, digest, None);
        Assert.Null(await Images.FindArtifactAsync(Member(), Checkout, digest, None));
        await Assert.ThrowsAsync<BackendException>(() => Images.DeleteRepositoryAsync(Member(), Checkout, "checkout", None));
        Assert.NotNull(await Images.FindRepositoryAsync(Member(), Checkout, None));
        await Images.DeleteRepositoryAsync(Member(), Checkout, Checkout.Full, None);
        Assert.Null(await Images.FindRepositoryAsync(Member(), Checkout, None));

        var audit = await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None);
        Assert.Contains(audit, e => e is { Action: "image.tag.delete", Result: "ok", UserName: "alice" } && e.Details["name"] == $"{Checkout.Full}:latest");
        Assert.Equal(2, audit.Count(e => e is { Action: "image.delete", Result: "ok" }));
        Assert.Equal(["Invalid", "ok"], audit.Where(e => e.Action == "image.repository.delete").Select(e => e.Result).Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Stranger_SeesAndChangesNothingOfAnothersImages_AndPublicOnesAreReadOnly()
    {
        await FillAsync();
        var digest = (await Images.FindArtifactAsync(Member(), Checkout, "1.4.2", None))!.Digest;
        var stranger = ScopeOf(theirs, Capability.Read, Capability.Write);
        await RefusedAsync<BackendException>(() => Images.ListRepositoriesAsync(stranger, project, new(), None));
        await RefusedAsync<BackendException>(() => Images.FindRepositoryAsync(stranger, Checkout, None));
        await RefusedAsync<BackendException>(() => Images.ListArtifactsAsync(stranger, Checkout, new(), None));
        await RefusedAsync<BackendException>(() => Images.FindArtifactAsync(stranger, Checkout, digest, None));
        await RefusedAsync<BackendException>(() => Images.FindVulnerabilitiesAsync(stranger, Checkout, digest, None));
        await RefusedAsync<BackendException>(() => Images.ListHistoryAsync(stranger, Checkout, digest, None));
        await RefusedAsync<ForbiddenException>(() => Images.ScanAsync(stranger, Checkout, digest, None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteTagAsync(stranger, Checkout, digest, "latest", None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteArtifactAsync(stranger, Checkout, digest, None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteRepositoryAsync(stranger, Checkout, Checkout.Full, None));

        var open = await Images.ListPublicProjectsAsync(stranger, new(), None);
        Assert.Contains(open.Items, p => p.Name == "base-images");
        Assert.DoesNotContain(open.Items, p => p.Name == project);
        var debian = new RepositoryName("base-images", "debian-slim");
        var found = Assert.Single((await Images.ListArtifactsAsync(stranger, debian, new(), None)).Items);
        await RefusedAsync<ForbiddenException>(() => Images.DeleteArtifactAsync(stranger, debian, found.Digest, None));
        Assert.NotNull(await Images.FindArtifactAsync(Member(), Checkout, "latest", None));
    }

    [Fact]
    public async Task Reader_ChangesNothing_AndTheAttemptIsWrittenDown()
    {
        await FillAsync();
        var digest = (await Images.FindArtifactAsync(Reader(), Checkout, "1.4.2", None))!.Digest;

        await RefusedAsync<ForbiddenException>(() => Images.ScanAsync(Reader(), Checkout, digest, None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteTagAsync(Reader(), Checkout, digest, "latest", None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteArtifactAsync(Reader(), Checkout, digest, None));
        await RefusedAsync<ForbiddenException>(() => Images.DeleteRepositoryAsync(Reader(), Checkout, Checkout.Full, None));
        await RefusedAsync<ForbiddenException>(() => Credentials.CreateAsync(Reader(), false, 7, None));
        await RefusedAsync<ForbiddenException>(() => Credentials.RevokeAsync(Reader(), 1, None));

        var audit = await room.Get<IAuditLog>().ListAsync(Reader(), 100, null, None);
        Assert.Equal(6, audit.Count(e => e.Result == "forbidden"));
    }

    [Fact]
    public async Task NobodyInTheProject_WithoutAnyCapability_IsRefusedEverything()
    {
        var nobody = Member() with { Capabilities = [] };
        await RefusedAsync<ForbiddenException>(() => Images.ListPublicProjectsAsync(nobody, new(), None));
        await RefusedAsync<ForbiddenException>(() => Images.ListRepositoriesAsync(nobody, project, new(), None));
        await RefusedAsync<ForbiddenException>(() => Images.FindArtifactAsync(nobody, Checkout, "latest", None));
        await RefusedAsync<ForbiddenException>(() => Images.FindVulnerabilitiesAsync(nobody, Checkout, "latest", None));
        await RefusedAsync<ForbiddenException>(() => Credentials.ListAsync(nobody, None));
    }

    [Fact]
    public async Task Credential_WorksUntilItIsRevoked_AndItsSecretIsNowhereElse()
    {
        var made = await Credentials.CreateAsync(Member(), mayPush: true, days: 7, None);

        Assert.InRange(made.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7.1));
        Assert.DoesNotContain(made.Secret, made.ToString(), StringComparison.Ordinal);
        var login = new HarborLogin(made.Name, made.Secret);
        Assert.True(await room.Accounts.AcceptsAsync(login, None));
        var listed = Assert.Single(await Credentials.ListAsync(Reader(), None));
        Assert.Equal((made.Name, "alice", true, made.ExpiresAt), (listed.Name, listed.UserName, listed.MayPush, listed.ExpiresAt));
        Assert.Empty(await Credentials.ListAsync(ScopeOf(theirs, Capability.Read), None));

        await Credentials.RevokeAsync(ScopeOf(theirs, Capability.Read, Capability.Write), listed.Id, None);
        Assert.True(await room.Accounts.AcceptsAsync(login, None));
        await Credentials.RevokeAsync(Member(), listed.Id, None);
        await Credentials.RevokeAsync(Member(), listed.Id, None);
        Assert.False(await room.Accounts.AcceptsAsync(login, None));
        var audit = await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None);
        Assert.Contains(audit, e => e is { Action: "registry.credential.create", Result: "ok" } && e.Details["name"] == made.Name && e.Details["rights"] == "pull push");
        Assert.Contains(audit, e => e.Action == "registry.credential.revoke" && e.Details["name"] == made.Name);
        Assert.DoesNotContain(made.Secret, System.Text.Json.JsonSerializer.Serialize(audit), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_OfTheClustersRobot_LeavesIt()
    {
        var pull = (await room.MappingAsync(mine))!.Pull.Id!.Value;

        await Credentials.RevokeAsync(Member(), pull, None);

        Assert.Contains(await room.Accounts.ListRobotsAsync((await room.MappingAsync(mine))!.HarborProjectId!.Value, None), r => r.Id == pull);
    }

    [Theory]
    [InlineData("status", BackendFailure.Broken)]
    [InlineData("html", BackendFailure.Broken)]
    public async Task HarborDown_IsSaid_AndAFailedChangeIsWrittenDown(string kind, BackendFailure failure)
    {
        await FillAsync();
        sandbox.Host.Context.Faults.Add(new Fault { Service = "harbor", Kind = kind, Status = 500, Method = "DELETE" });

        var refused = await Assert.ThrowsAsync<BackendException>(() => Images.DeleteTagAsync(Member(), Checkout, "1.4.2", "latest", None));

        Assert.Equal(failure, refused.Failure);
        Assert.Contains(await room.Get<IAuditLog>().ListAsync(Member(), 100, null, None), e => e.Action == "image.tag.delete" && e.Result == failure.ToString());
    }

    [Fact]
    public async Task ProjectWithoutAPlace_IsNotFound()
    {
        var failure = await Assert.ThrowsAsync<BackendException>(() => Images.ListRepositoriesAsync(ScopeOf(MappingRoom.NewProject(), Capability.Read), "base-images", new(), None));

        Assert.Equal(BackendFailure.NotFound, failure.Failure);
    }

    private static Scope ScopeOf(MappingInputs of, params Capability[] capabilities) => TestScopes.Fake(new Dictionary<string, string>(), of.ProjectId, capabilities);

    private static async Task RefusedAsync<T>(Func<Task> ask)
        where T : Exception
    {
        var refusal = await Assert.ThrowsAsync<T>(ask);
        Assert.True(refusal is not BackendException backend || backend.Failure is BackendFailure.Forbidden, refusal.ToString());
    }

    private Scope Member() => ScopeOf(mine, Capability.Read, Capability.Write);

    private Scope Reader() => ScopeOf(mine, Capability.Read);

    // The demo's teams have pushed by the time somebody of them first looks.
    private async Task FillAsync() => await Images.ListRepositoriesAsync(Reader(), project, new(), None);
}
