using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Live;
using Portal.Tests.Support;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Clusters;

/// <summary>The rows and the word that they are fresh come on two ways: neither may overtake the other in what a page says.</summary>
public sealed class FollowedClustersTests : IDisposable
{
    private static readonly Scope Scope = TestScopes.Fake(new Dictionary<string, string>());
    private readonly CancellationTokenSource left = new();
    private readonly FakeClusters source = new();

    public void Dispose() => left.Dispose();

    [Fact]
    public async Task Freshness_BeforeTheRowsHaveCome_IsNoEmptyProject()
    {
        var row = ShopWorld.Row("c-1", "shop-prod", StateKind.Ok, "ready");
        var followed = new FollowedClusters(source);
        var said = new List<(bool IsKnown, int Rows)>();

        var run = followed.RunAsync(Scope, () =>
        {
            // Magnum answers right after the snapshot of nothing was taken.
            if (source.Rows.Count == 0)
            {
                source.Rows.Add(row);
            }

            said.Add((followed.IsKnown, followed.Items.Count));
            return Task.CompletedTask;
        }, left.Token);
        Assert.DoesNotContain((true, 0), said);
        source.Push(new Change<ClusterView>(ChangeType.Upsert, row));
        await Eventually.TrueAsync(() => followed.IsKnown, "the row is there");

        Assert.Single(followed.Items);
        Assert.DoesNotContain((true, 0), said);
        await left.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Freshness_OfAProjectWithoutClusters_IsAnAnswer()
    {
        var followed = new FollowedClusters(source);

        var run = followed.RunAsync(Scope, () => Task.CompletedTask, left.Token);

        Assert.True(followed.IsKnown);
        Assert.Empty(followed.Items);
        await left.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Magnum_ThatDoesNotAnswer_IsTold_AndNothingIsKnown()
    {
        source.Failure = new BackendException("magnum", "list clusters", BackendFailure.Broken, "no");
        var followed = new FollowedClusters(source);

        await followed.RunAsync(Scope, () => Task.CompletedTask, left.Token);

        Assert.False(followed.IsKnown);
        Assert.Same(source.Failure, followed.Failure);
    }
}
