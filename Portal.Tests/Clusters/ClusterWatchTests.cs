using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Watching;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Core.Storage;
using Portal.Tests.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Clusters;

public sealed class ClusterWatchTests : IAsyncDisposable
{
    private readonly ClusterBench bench = new();

    public async ValueTask DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Watch_OneListingForAll_GivesEachProjectItsOwnRows()
    {
        var own = bench.Magnum.Put(FakeMagnum.Row());
        var theirs = bench.Magnum.Put(FakeMagnum.Row("p2", "theirs"));
        await bench.PolledAsync();

        var mine = await bench.Clusters.WatchAsync(bench.Member, default);
        var others = await bench.Clusters.WatchAsync(bench.Stranger, default);

        Assert.Equal([own.Id], mine.Items.Select(v => v.Cluster.Id));
        Assert.Equal([theirs.Id], others.Items.Select(v => v.Cluster.Id));
        Assert.Equal(1, bench.Magnum.Lists);
        Assert.Null(await bench.Clusters.FindAsync(bench.Stranger, own.Id, default));
        await TemplateNamedAsync();
    }

    [Fact]
    public async Task Change_ByAnotherProjectsUser_IsNotFound()
    {
        var own = bench.Magnum.Put(FakeMagnum.Row());

        foreach (var change in new Func<Task>[]
        {
            () => bench.Clusters.ResizeAsync(bench.Stranger, own.Id, 5, null, default),
            () => bench.Clusters.DeleteAsync(bench.Stranger, own.Id, own.Name, default),
            () => bench.Clusters.InitialiseAsync(bench.Stranger, own.Id, "default", default),
        })
        {
            Assert.Equal(BackendFailure.NotFound, (await Assert.ThrowsAsync<BackendException>(change)).Failure);
        }

        Assert.Empty(bench.Plans.Plans);
    }

    [Fact]
    public async Task Change_ByAReader_IsForbidden()
    {
        var own = bench.Magnum.Put(FakeMagnum.Row());

        await Assert.ThrowsAsync<ForbiddenException>(() => bench.Clusters.ResizeAsync(bench.Reader, own.Id, 5, null, default));
        await Assert.ThrowsAsync<ForbiddenException>(() => bench.Clusters.DeleteAsync(bench.Reader, own.Id, own.Name, default));
        await Assert.ThrowsAsync<ForbiddenException>(() => bench.Clusters.CreateAsync(bench.Reader, new ClusterSpec(), Guid.NewGuid().ToString(), default));
    }

    [Fact]
    public async Task Watch_WithoutAnyCapability_IsForbidden() =>
        await Assert.ThrowsAsync<ForbiddenException>(() => bench.Clusters.WatchAsync(TestScopes.Fake(new Dictionary<string, string>(), capabilities: []), default));

    [Fact]
    public async Task Poll_Failing_KeepsTheLastRowsWithTheirAge()
    {
        bench.Magnum.Put(FakeMagnum.Row());
        await bench.PolledAsync();
        var before = bench.Poller.Board(TestScopes.Region).Freshness("p1").AsOf;
        bench.Magnum.ListFailure = new BackendException("magnum", "list clusters", BackendFailure.Timeout);
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        await bench.Poller.PollAsync(TestScopes.Region, bench.Poller.Board(TestScopes.Region), default);

        var snapshot = await bench.Clusters.WatchAsync(bench.Member, default);

        Assert.Single(snapshot.Items);
        Assert.Equal(before, snapshot.AsOf);
        Assert.Equal(BackendFailure.Timeout, bench.Poller.Board(TestScopes.Region).Freshness("p1").Problem?.Failure);
    }

    [Fact]
    public async Task Restart_BeforeMagnumAnswers_ShowsEachProjectItsOwnLastRowsWithTheirAge()
    {
        var store = MemoryHome.NewStore();
        await using var before = new ClusterBench(store);
        var own = before.Magnum.Put(FakeMagnum.Row() with { Status = ClusterStatus.CreateFailed, StatusText = "CREATE_FAILED", StatusReason = "why" });
        before.Magnum.Put(FakeMagnum.Row("p2", "theirs"));
        await before.PolledAsync();
        await Eventually.TrueAsync(async () => await store.FindAsync(KeptPoll.Type, $"{TestScopes.Region.Cloud}/{TestScopes.Region.Region}", default) is not null, "the rows are kept");
        var then = before.Time.GetUtcNow();
        before.Magnum.ListFailure = new BackendException("magnum", "list clusters", BackendFailure.Timeout);
        before.Time.Advance(TimeSpan.FromMinutes(9));
        await using var after = new ClusterBench(store, before);

        var mine = await after.Clusters.WatchAsync(after.Member, default);
        var others = await after.Clusters.WatchAsync(after.Stranger, default);

        var row = Assert.Single(mine.Items);
        Assert.Equal(own, row.Cluster);
        Assert.Equal("creation-failed", row.State.Code);
        Assert.Equal(["theirs"], others.Items.Select(v => v.Cluster.Name));
        Assert.Equal(then, mine.AsOf);
        Assert.True(after.Poller.Board(TestScopes.Region).Freshness("p1").IsKept);
        await Assert.ThrowsAsync<ForbiddenException>(() => after.Clusters.WatchAsync(TestScopes.Fake(new Dictionary<string, string>(), capabilities: []), default));

        before.Magnum.ListFailure = null;
        await after.Poller.PollAsync(TestScopes.Region, after.Poller.Board(TestScopes.Region), default);
        Assert.False(after.Poller.Board(TestScopes.Region).Freshness("p1").IsKept);
    }

    [Fact]
    public async Task Stop_WhileSeenRowsAreWritten_WritesThemToTheEnd()
    {
        var (home, stopping) = (new HookedHome(new MemoryHome()), new TaskCompletionSource<Task>());
        var bench = new ClusterBench(new DocumentStore(home));
        bench.Magnum.Put(FakeMagnum.Row());
        home.BeforePut("cluster_rows", () =>
        {
            stopping.SetResult(bench.DisposeAsync().AsTask());
            return Task.CompletedTask;
        });

        _ = bench.Board;
        await await stopping.Task.WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Single(await new DocumentStore(home).ListAsync(KeptRows.Type, "project:p1", default));
    }

    [Fact]
    public async Task Restart_AfterTheLastClusterOfAProjectIsGone_KeepsNothingOfIt()
    {
        var store = MemoryHome.NewStore();
        await using var bench = new ClusterBench(store);
        var row = bench.Magnum.Put(FakeMagnum.Row());
        await bench.PolledAsync();
        await Eventually.TrueAsync(async () => (await store.ListAsync(KeptRows.Type, "project:p1", default)).Count == 1, "the rows are kept");

        bench.Magnum.Rows.Remove(row.Id);
        await bench.Poller.PollAsync(TestScopes.Region, bench.Poller.Board(TestScopes.Region), default);

        Assert.Empty(await store.ListAsync(KeptRows.Type, null, default));
    }

    [Fact]
    public async Task Poll_DetailedListBroken_FallsBackAndNamesTheCluster()
    {
        var good = bench.Magnum.Put(FakeMagnum.Row());
        var broken = bench.Magnum.Put(FakeMagnum.Row(name: "broken"));
        await bench.PolledAsync();
        bench.Magnum.DetailFailure = new BackendException("magnum", "list clusters", BackendFailure.Invalid, "master_count");
        bench.Magnum.Broken.Add(broken.Id);
        bench.Magnum.Put(good with { Status = ClusterStatus.UpdateInProgress, StatusText = "UPDATE_IN_PROGRESS" });

        var board = bench.Poller.Board(TestScopes.Region);
        await bench.Poller.PollAsync(TestScopes.Region, board, default);

        Assert.Equal(ClusterStatus.UpdateInProgress, board.Find("p1", good.Id)!.Cluster.Status);
        Assert.False(board.Find("p1", broken.Id)!.Cluster.IsDetailed);
        Assert.Equal(broken.Id, Assert.Single(board.Freshness("p1").Incomplete).Subject);
        Assert.Empty(board.Freshness("p2").Incomplete);
    }

    [Fact]
    public async Task Board_OlderListing_DoesNotUndoAProjectsNewerOne()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());
        await bench.PolledAsync();
        var board = bench.Poller.Board(TestScopes.Region);
        var listed = bench.Time.GetUtcNow();
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        await bench.Clusters.RefreshAsync(bench.Member, default);

        board.ApplyAll([cluster with { Name = "old" }], [], listed);

        Assert.Equal("shop", board.Find("p1", cluster.Id)!.Cluster.Name);
    }

    [Fact]
    public async Task Poll_SomethingMoves_IsEveryFiveSecondsElseEveryMinute()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateInProgress));
        await bench.PolledAsync();
        var lists = bench.Magnum.Lists;
        await AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => bench.Magnum.Lists > lists, 2);

        bench.Magnum.Put(cluster with { Status = ClusterStatus.CreateComplete });
        await bench.Poller.PollAsync(TestScopes.Region, bench.Poller.Board(TestScopes.Region), default);
        Assert.False(bench.Poller.Board(TestScopes.Region).IsMoving);
    }

    [Fact]
    public async Task Watch_RowChanges_GivesABatch()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row(status: ClusterStatus.CreateInProgress));
        await bench.PolledAsync();
        await TemplateNamedAsync();
        var snapshot = await bench.Clusters.WatchAsync(bench.Member, default);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var changes = snapshot.Changes.GetAsyncEnumerator(stop.Token);
        var next = changes.MoveNextAsync().AsTask();

        bench.Magnum.Put(cluster with { Status = ClusterStatus.CreateComplete, StatusText = "CREATE_COMPLETE" });
        await bench.Clusters.RefreshAsync(bench.Member, default);

        Assert.True(await next);
        var change = Assert.Single(changes.Current);
        Assert.Equal((ChangeType.Upsert, "not-initialised"), (change.Type, change.Item.State.Code));
        next = changes.MoveNextAsync().AsTask();
        bench.Magnum.Rows.Clear();
        await bench.Clusters.RefreshAsync(bench.Member, default);
        await AdvanceUntilAsync(TimeSpan.FromMilliseconds(200), () => next.IsCompleted, 50);
        Assert.True(await next);
        Assert.Equal(ChangeType.Delete, Assert.Single(changes.Current).Type);
    }

    [Fact]
    public async Task Delete_NameTypedWrong_IsRefused()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());

        var e = await Assert.ThrowsAsync<ClusterInvalidException>(() => bench.Clusters.DeleteAsync(bench.Member, cluster.Id, "Shop", default));

        Assert.Equal("name-not-the-same", e.Errors[0].Code);
    }

    [Fact]
    public async Task Change_WhileAnotherPlanRuns_IsRefusedWithWhoHoldsIt()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());
        var holder = await bench.Clusters.ResizeAsync(bench.Member, cluster.Id, 3, null, default);

        var e = await Assert.ThrowsAsync<SubjectLockedException>(() => bench.Clusters.DeleteAsync(bench.Member, cluster.Id, cluster.Name, default));

        Assert.Equal(holder.Id, e.Holder.Id);
        Assert.Contains("alice cluster.delete cluster.locked", bench.Audit.Entries);
    }

    [Fact]
    public async Task Delete_InitialisationWaitsForSomeone_GivesWay()
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());
        var stopped = FakePlanService.Plan(ClusterPlans.Initialisation, cluster.Id, PlanState.NeedsSomeone);
        bench.Plans.Plans.Add(stopped);

        var plan = await bench.Clusters.DeleteAsync(bench.Member, cluster.Id, cluster.Name, default);

        Assert.Equal([stopped.Id], bench.Plans.Cancelled);
        Assert.Equal(ClusterPlans.Delete, plan.Kind);
    }

    [Theory]
    [InlineData(0, "node-count-too-small")]
    [InlineData(1, "node-count-same")]
    [InlineData(11, "node-count-too-large")]
    public async Task Resize_CountOutOfBounds_IsRefused(int count, string code)
    {
        var cluster = bench.Magnum.Put(FakeMagnum.Row());

        var e = await Assert.ThrowsAsync<ClusterInvalidException>(() => bench.Clusters.ResizeAsync(bench.Member, cluster.Id, count, null, default));

        Assert.Equal(code, e.Errors[0].Code);
    }

    /// <summary>Rows come first, the templates' names after them: a change of its own.</summary>
    private Task TemplateNamedAsync() => Eventually.TrueAsync(
        async () => (await bench.Clusters.WatchAsync(bench.Member, default)).Items[0].TemplateName == "k8s", "the template has its name");

    private async Task AdvanceUntilAsync(TimeSpan step, Func<bool> reached, int times)
    {
        // A round gets 20 looks before the clock goes on, and at most so many rounds: what comes too late is not waited for.
        var looks = 0;
        await Eventually.TrueAsync(reached, $"within {times} rounds", () =>
        {
            if (looks++ % 200 == 0 && looks <= times * 200)
            {
                bench.Time.Advance(step);
            }
        });
    }
}
