using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>Many people look at one project's alerts: each page has a number beside its entry.</summary>
public sealed class AlertViewersTests : IDisposable
{
    private const int Viewers = 20;
    private static readonly ClusterKey Shop = new(TestScopes.Region, "p1", "c1");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 5, 12, 0, 0, TimeSpan.Zero));
    private readonly CountedStore store = new(MemoryHome.NewStore());
    private readonly CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
    private readonly AlertBooks books;
    private readonly ProjectAlerts alerts;

    public AlertViewersTests()
    {
        var bus = new InProcessChangeBus();
        books = new AlertBooks(store, bus);
        alerts = new ProjectAlerts(books, bus, clock);
    }

    public void Dispose()
    {
        patience.Cancel();
        patience.Dispose();
    }

    [Fact]
    public async Task Viewers_OfOneProject_ShareWhatIsRead_AndAllSeeAChange()
    {
        await TellAsync("a");
        var before = store.Reads;
        var viewers = Enumerable.Range(0, Viewers).Select(_ => View("p1")).ToList();
        Assert.All(await Task.WhenAll(viewers.Select(NextAsync)), book => Assert.Equal("a", book.Single().Alerts.Single().Fingerprint));
        Assert.InRange(store.Reads - before, 1, 3);

        await TellAsync("b");

        Assert.All(await Task.WhenAll(viewers.Select(v => UntilAsync(v, "b"))), Assert.True);
    }

    [Fact]
    public async Task Storage_AwayWhenTheyCome_IsReadAgainWhenItIsBack()
    {
        await TellAsync("a");
        store.IsAway = true;
        var viewer = View("p1");
        var seen = viewer.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(() => Task.FromResult(store.Refused > 0), "it was read");

        store.IsAway = false;
        await TellAsync("b");

        Assert.True(await seen);
        Assert.Equal("b", viewer.Current.Single().Alerts.Single().Fingerprint);
    }

    private IAsyncEnumerator<ImmutableArray<ClusterAlertBook>> View(string project) =>
        alerts.WatchAsync(TestScopes.Fake(ImmutableDictionary<string, string>.Empty, project), patience.Token).GetAsyncEnumerator();

    private static async Task<ImmutableArray<ClusterAlertBook>> NextAsync(IAsyncEnumerator<ImmutableArray<ClusterAlertBook>> viewer)
    {
        Assert.True(await viewer.MoveNextAsync());
        return viewer.Current;
    }

    private static async Task<bool> UntilAsync(IAsyncEnumerator<ImmutableArray<ClusterAlertBook>> viewer, string fingerprint)
    {
        while (viewer.Current.Single().Alerts.Single().Fingerprint != fingerprint)
        {
            Assert.True(await viewer.MoveNextAsync());
        }

        return true;
    }

    private async Task TellAsync(string fingerprint)
    {
        var alert = new ClusterAlert { Fingerprint = fingerprint, Labels = ImmutableDictionary<string, string>.Empty, Annotations = ImmutableDictionary<string, string>.Empty, StartsAt = clock.GetUtcNow() };
        await books.ChangeLookAsync(Shop, make: true, l => l with { Failures = l.Failures + 1 }, default);
        await books.ChangeAlertsAsync(Shop, _ => [alert], default);
    }

    /// <summary>A home whose readings are counted, and that can be away.</summary>
    private sealed class CountedStore(IDocumentStore inner) : IDocumentStore
    {
        private int reads;
        private int refused;

        public int Reads => reads;

        public int Refused => refused;

        public bool IsAway { get; set; }

        public Task<Stored<T>?> FindAsync<T>(DocumentType<T> type, string id, CancellationToken cancellationToken) =>
            inner.FindAsync(type, id, cancellationToken);

        public Task<IReadOnlyList<Stored<T>>> ListAsync<T>(DocumentType<T> type, string? key, CancellationToken cancellationToken, int limit = 1000, string? afterId = null)
        {
            if (IsAway)
            {
                Interlocked.Increment(ref refused);
                throw new StorageException("away");
            }

            Interlocked.Increment(ref reads);
            return inner.ListAsync(type, key, cancellationToken, limit, afterId);
        }

        public Task<long> PutAsync<T>(DocumentType<T> type, string id, T value, long? expectedVersion, CancellationToken cancellationToken) =>
            inner.PutAsync(type, id, value, expectedVersion, cancellationToken);

        public Task<bool> DeleteAsync<T>(DocumentType<T> type, string id, long? expectedVersion, CancellationToken cancellationToken) =>
            inner.DeleteAsync(type, id, expectedVersion, cancellationToken);
    }
}
