using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Monitoring;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>Clusters that do not tell the portal are asked; what they name fires, what they no longer name is over.</summary>
public sealed class AlertWatchTests : IAlertmanagers
{
    private static readonly ClusterKey Shop = new(TestScopes.Region, "p1", "c1");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 5, 12, 0, 0, TimeSpan.Zero));
    private readonly IDocumentStore store = MemoryHome.NewStore();
    private readonly AlertBooks books;
    private readonly ClusterAlerts messages;
    private readonly ProjectAlerts alerts;
    private readonly List<string> asked = [];
    private Func<Task<AlertmanagerAnswer>> answer;

    public AlertWatchTests()
    {
        var bus = new InProcessChangeBus();
        books = new AlertBooks(store, bus);
        messages = new ClusterAlerts(store, books, clock);
        alerts = new ProjectAlerts(books, bus, clock);
        answer = () => Task.FromResult(new AlertmanagerAnswer(true, Answer("Watchdog", "a", "b")));
    }

    [Fact]
    public async Task Look_NamesTwo_ThenOne_ThenBothAgain()
    {
        await KnowAsync(Shop);

        await LookAsync();
        Assert.Equal(["a firing", "b firing"], await StatesAsync());

        Answers("Watchdog", "b");
        var second = await LookAsync();
        Assert.Equal(["b firing", "a over"], await StatesAsync());
        Assert.Equal(second, (await BookAsync()).Alerts.Single(a => a.Fingerprint == "a").EndedAt);

        // As after a restart of Alertmanager: the same beginning, and it fires all the same.
        Answers("Watchdog", "a", "b");
        await LookAsync();
        Assert.Equal(["a firing", "b firing"], await StatesAsync());
    }

    [Theory]
    [InlineData(BackendFailure.Timeout, AlertSilence.ApiSilent)]
    [InlineData(BackendFailure.Unreachable, AlertSilence.ApiSilent)]
    [InlineData(BackendFailure.Forbidden, AlertSilence.Refused)]
    [InlineData(null, AlertSilence.Dead)]
    [InlineData(BackendFailure.Unexpected, AlertSilence.NotUnderstood)]
    public async Task Look_ThatFails_ChangesNoAlert_AndIsToldUntilOneSucceeds(BackendFailure? failure, AlertSilence why)
    {
        await KnowAsync(Shop);
        var first = await LookAsync();

        answer = failure switch
        {
            null => () => Task.FromResult(new AlertmanagerAnswer(true, null)),
            BackendFailure.Unexpected => () => Task.FromResult(new AlertmanagerAnswer(true, "{\"data\":[]}")),
            { } f => () => throw new BackendException("kubernetes", "ask", f),
        };
        var second = await LookAsync();
        await LookAsync(10);

        var book = await BookAsync();
        Assert.Equal(["a firing", "b firing"], await StatesAsync());
        Assert.Equal((why, second, first), (book.Source.Silence, book.Source.SilentSince, book.Source.AskedAt));

        Answers("Watchdog", "a");
        await LookAsync(10);
        book = await BookAsync();
        Assert.Equal((null, null), (book.Source.Silence, book.Source.SilentSince));
        Assert.Equal(["a firing", "b over"], await StatesAsync());
    }

    [Fact]
    public async Task Silent_IsAskedEverMoreSeldom()
    {
        await KnowAsync(Shop);
        answer = () => throw new BackendException("kubernetes", "ask", BackendFailure.Timeout);

        for (var minute = 0; minute < 60; minute++)
        {
            await LookAsync();
        }

        // At minutes 1, 2, 4, 8, 16 and each ten after that.
        Assert.InRange(asked.Count, 8, 10);
    }

    [Fact]
    public async Task Teller_IsAskedSeldom_AndOneWhoseTokenIsLearntAnewOftenAgain()
    {
        await KnowAsync(Shop);
        await messages.LearnAsync(Shop, "token", default);
        await messages.ReceiveAsync("token", ClusterAlertsTests.Message(("a", "firing", 1)), default);

        for (var minute = 0; minute < 20; minute++)
        {
            await LookAsync();
        }

        Assert.Equal(2, asked.Count);
        await messages.LearnAsync(Shop, "token", default);
        await LookAsync();
        await LookAsync();
        Assert.Equal(4, asked.Count);
    }

    [Fact]
    public async Task MessageAndLook_LeaveTheSame()
    {
        await KnowAsync(Shop);
        await messages.LearnAsync(Shop, "token", default);
        await messages.ReceiveAsync("token", ClusterAlertsTests.Message(("a", "firing", 1)), default);
        var told = (await BookAsync()).Alerts.Single();

        Answers("Watchdog", "a");
        await LookAsync();

        var looked = (await BookAsync()).Alerts.Single();
        Assert.Equal((told.Fingerprint, told.StartsAt, told.EndedAt, told.Standing), (looked.Fingerprint, looked.StartsAt, looked.EndedAt, looked.Standing));
        Assert.Equal(told.Labels.OrderBy(l => l.Key), looked.Labels.OrderBy(l => l.Key));
        Assert.Equal(told.Annotations.OrderBy(a => a.Key), looked.Annotations.OrderBy(a => a.Key));
    }

    [Fact]
    public async Task MessageWhileALookIsOnItsWay_IsYounger()
    {
        await KnowAsync(Shop);
        await messages.LearnAsync(Shop, "token", default);
        await messages.ReceiveAsync("token", ClusterAlertsTests.Message(("a", "firing", 1)), default);
        clock.SetUtcNow(new DateTimeOffset(2026, 11, 6, 0, 0, 0, TimeSpan.Zero));
        answer = async () =>
        {
            await messages.ReceiveAsync("token", ClusterAlertsTests.Message(("a", "resolved", 7), ("c", "firing", 7)), default);
            return new AlertmanagerAnswer(true, Answer("Watchdog", "a"));
        };

        await LookAsync();

        Assert.Equal(["c firing", "a over"], await StatesAsync());
    }

    [Fact]
    public async Task Silenced_AndExplainedByAWorseOne_SaySo()
    {
        await KnowAsync(Shop);
        answer = () => Task.FromResult(new AlertmanagerAnswer(true, "[" + Alert("a", "KubeNodeNotReady", silenced: "\"6781538a\"") + "," + Alert("b", "KubePodNotReady", inhibited: "\"a\"") + "]"));

        await LookAsync();

        var book = await BookAsync();
        Assert.Equal([(AlertStanding.Silenced, "6781538a"), (AlertStanding.Inhibited, "")], book.Alerts.Select(a => (a.Standing, string.Concat(a.SilencedBy))));
    }

    [Fact]
    public async Task Watchdog_Missing_IsToldSinceWhen_AndIsNoAlertItself()
    {
        await KnowAsync(Shop);
        await LookAsync();
        Assert.Null((await BookAsync()).Source.WatchdogMissingSince);

        Answers("a");
        var missing = await LookAsync();
        await LookAsync();
        Assert.Equal(missing, (await BookAsync()).Source.WatchdogMissingSince);
        Assert.DoesNotContain((await BookAsync()).Alerts, a => a.Labels["alertname"] == "Watchdog");
    }

    [Fact]
    public async Task Cluster_WithoutTheAddon_SaysSo_AndNothingFiresThere()
    {
        await KnowAsync(Shop);
        await LookAsync();
        answer = () => Task.FromResult(new AlertmanagerAnswer(false, null));

        await LookAsync();

        Assert.False((await BookAsync()).Source.HasAlertmanager);
        Assert.Equal(["a over", "b over"], await StatesAsync());
    }

    [Fact]
    public async Task Replicas_AtTheSameTime_AskOnce()
    {
        await KnowAsync(Shop);
        var gate = new TaskCompletionSource();
        answer = async () =>
        {
            await gate.Task;
            return new AlertmanagerAnswer(true, Answer("Watchdog", "a"));
        };

        var looks = new[] { Watch().LookAsync(default), Watch().LookAsync(default), Watch().LookAsync(default) };
        gate.SetResult();
        await Task.WhenAll(looks);

        Assert.Single(asked);
    }

    [Fact]
    public async Task Project_SeesItsOwnClustersAlone()
    {
        await KnowAsync(Shop);
        await KnowAsync(Shop with { ProjectId = "p2", ClusterId = "c2" });
        await LookAsync();

        Assert.Equal(["c1"], (await alerts.ListAsync(Scope("p1"), default)).Select(b => b.ClusterId));
        Assert.Equal(["c2"], (await alerts.ListAsync(Scope("p2"), default)).Select(b => b.ClusterId));
        Assert.Empty(await alerts.ListAsync(Scope("p3"), default));
        await Assert.ThrowsAsync<ForbiddenException>(() => alerts.ListAsync(Scope("p1", []), default));
        Assert.Throws<ForbiddenException>(() => alerts.WatchAsync(Scope("p1", []), default));
    }

    [Fact]
    public async Task Watch_TellsOfAChange_AndEndsWithItsReader()
    {
        await KnowAsync(Shop);
        await LookAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var seen = alerts.WatchAsync(Scope("p1"), patience.Token).GetAsyncEnumerator();
        Assert.True(await seen.MoveNextAsync());
        Assert.Equal(2, seen.Current.Single().Alerts.Count(a => a.EndedAt is null));

        Answers("Watchdog", "b");
        await LookAsync();

        // It also reads again by its own clock.
        do
        {
            Assert.True(await seen.MoveNextAsync());
        }
        while (seen.Current.Single().Alerts.Count(a => a.EndedAt is null) != 1);
    }

    Task<AlertmanagerAnswer> IAlertmanagers.AskAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        asked.Add(cluster.ClusterId);
        return answer();
    }

    private static Scope Scope(string project, Capability[]? capabilities = null) => TestScopes.Fake(new Dictionary<string, string>(), project, capabilities);

    private static string Answer(params string[] names) => $"[{string.Join(",", names.Select(n => n is AlertMerge.Watchdog ? Alert("w", n) : Alert(n, "KubePodCrashLooping")))}]";

    private static string Alert(string fingerprint, string name, string silenced = "", string inhibited = "") => $$"""
        {"annotations":{"summary":"A pod restarts again and again."},"endsAt":"2026-11-05T13:00:00.000Z","fingerprint":"{{fingerprint}}","receivers":[{"name":"nobody"}],"startsAt":"2026-11-01T10:00:00.000Z",
         "status":{"inhibitedBy":[{{inhibited}}],"silencedBy":[{{silenced}}],"state":"{{(silenced + inhibited is "" ? "active" : "suppressed")}}"},"updatedAt":"2026-11-05T12:00:00.000Z","generatorURL":"",
         "labels":{"alertname":"{{name}}","namespace":"zone-test","severity":"warning"} }
        """;

    private void Answers(params string[] names) => answer = () => Task.FromResult(new AlertmanagerAnswer(true, Answer(names)));

    private AlertWatch Watch() => new(store, books, this, Options.Create(new AlertsOptions()), clock, NullLogger<AlertWatch>.Instance);

    private async Task<DateTimeOffset> LookAsync(int minutes = 1)
    {
        clock.Advance(TimeSpan.FromMinutes(minutes));
        await Watch().LookAsync(default);
        return clock.GetUtcNow();
    }

    private async Task KnowAsync(ClusterKey cluster) => await store.PutAsync(
        ClusterAccess.Type,
        cluster.DocumentId,
        new ClusterAccess { ProjectId = cluster.ProjectId, ClusterId = cluster.ClusterId, ApiAddress = "https://127.0.0.1:1", AuthorityPem = "", CertificatePem = "", ProtectedKey = "", ExpiresAt = clock.GetUtcNow().AddDays(1) },
        0,
        default);

    private async Task<ClusterAlertBook> BookAsync() => (await alerts.ListAsync(Scope("p1"), default)).Single();

    private async Task<IEnumerable<string>> StatesAsync() => (await BookAsync()).Alerts.Select(a => $"{a.Fingerprint} {(a.EndedAt is null ? "firing" : "over")}");
}
