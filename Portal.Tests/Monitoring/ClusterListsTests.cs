using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Monitoring;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Silences;
using Portal.Monitoring;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring;

/// <summary>What is read again and again for pages: once for all who look, and never something older after something younger.</summary>
public sealed class ClusterListsTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 5, 12, 0, 0, TimeSpan.Zero));
    private readonly AlertBooks _books = new(MemoryHome.NewStore(), new InProcessChangeBus());
    private readonly ClusterLists<ClusterSilences> _lists;
    private readonly Scope _scope = TestScopes.Fake(ImmutableDictionary<string, string>.Empty, "p1");
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;

    public ClusterListsTests() => _lists = new(_books, _clock);

    [Fact]
    public async Task Viewers_ShareAReading_UntilItIsOldOrSomethingWasChanged()
    {
        await _books.ChangeLookAsync(new ClusterKey(TestScopes.Region, "p1", "c1"), make: true, l => l, None);
        await _books.ChangeLookAsync(new ClusterKey(TestScopes.Region, "p2", "theirs"), make: true, l => l, None);
        using var leaves = new CancellationTokenSource();
        var first = _lists.LatelyAsync(_scope, AskAsync, leaves.Token);
        var viewers = Enumerable.Range(0, 10).Select(_ => _lists.LatelyAsync(_scope, AskAsync, None)).ToList();
        await leaves.CancelAsync();
        _answer.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.All(await Task.WhenAll(viewers), l => Assert.Equal("c1", l.Single().ClusterId));
        Assert.Equal(1, _asked);

        _clock.Advance(TimeSpan.FromSeconds(7));
        await _lists.LatelyAsync(_scope, AskAsync, None);
        Assert.Equal(1, _asked);
        _lists.Forget(_scope);
        await _lists.LatelyAsync(_scope, AskAsync, None);
        Assert.Equal(2, _asked);
        _clock.Advance(TimeSpan.FromSeconds(8));
        await _lists.LatelyAsync(_scope, AskAsync, None);
        Assert.Equal(3, _asked);
        await _lists.NowAsync(_scope, AskAsync, None);
        Assert.Equal(4, _asked);
    }

    [Fact]
    public async Task Person_WithoutTheRight_IsNotGivenWhatOthersRead()
    {
        _answer.SetResult();
        await _lists.LatelyAsync(_scope, AskAsync, None);

        Assert.Throws<ForbiddenException>(() => { _ = _lists.LatelyAsync(_scope with { Capabilities = [] }, AskAsync, None); });
    }

    [Fact]
    public async Task Reading_OvertakenByAYoungerOne_ChangesNothing()
    {
        var seen = new SeenLists<ClusterSilences>(_clock);
        var (old, failing) = (new TaskCompletionSource<ImmutableArray<ClusterSilences>>(), new TaskCompletionSource<ImmutableArray<ClusterSilences>>());
        var (slow, broken) = (seen.ReadAsync(() => old.Task), seen.ReadAsync(() => failing.Task));
        await seen.ReadAsync(() => Task.FromResult<ImmutableArray<ClusterSilences>>([new("new", true, [])]));

        old.SetResult([new("old", true, [])]);
        failing.SetException(new BackendException("alertmanager", "list", BackendFailure.Timeout));
        await slow;
        await broken;

        Assert.Equal(("new", null), (seen.All.Value!.Single().ClusterId, seen.All.Failure));
    }

    private async Task<ClusterSilences> AskAsync(AlertLook look, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        await _answer.Task.WaitAsync(cancellationToken);
        return new(look.Cluster.ClusterId, true, []);
    }
}
