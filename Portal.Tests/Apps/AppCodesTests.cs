using Microsoft.Extensions.Time.Testing;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;
using Portal.Tests.Support;

namespace Portal.Tests.Apps;

/// <summary>Codes by themselves: life, one use, one browser, a few a person.</summary>
public sealed class AppCodesTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly AppVisit Visit = new() { SessionId = "session-secret", UserId = "u1", ProjectId = "p1", ClusterId = "c1", App = ClusterApp.Kibana, Label = "kibana-aaaaaaaaaaaaaaaa", Portal = "https://portal.example" };
    private static readonly string Nonce = AppNonce.New();
    private readonly FakeTimeProvider time = new();
    private readonly AppCodes codes;

    public AppCodesTests() => codes = new AppCodes(MemoryHome.NewStore(), new PlainProtector(), time);

    [Fact]
    public async Task Code_LivesHalfAMinute()
    {
        var (first, second) = (await IssueAsync(), await IssueAsync());
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(Visit, await TakeAsync(first));
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(await TakeAsync(second));
        Assert.Equal(43, first.Length);
        Assert.DoesNotContain("session", Visit.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_TakenTwiceAtOnce_IsTakenOnce()
    {
        var code = await IssueAsync();

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TakeAsync(code))));

        Assert.Single(taken, t => t is not null);
    }

    [Fact]
    public async Task Code_IsOfTheBrowserThatHasTheNonce_AndSpentByAnyOther()
    {
        var (own, stolen) = (await IssueAsync(), await IssueAsync());

        var entered = await codes.TakeAsync(own, Visit.Label, [AppNonce.New(), Nonce], None);
        var foreign = await codes.TakeAsync(stolen, Visit.Label, [AppNonce.New(), AppNonce.SealOf(Nonce)], None);

        Assert.Equal((Visit, Nonce, false), (entered.Visit, entered.Nonce, entered.IsOtherBrowsers));
        Assert.Equal((null, null, true), (foreign.Visit, foreign.Nonce, foreign.IsOtherBrowsers));
        Assert.Equal((null, false), (await codes.TakeAsync(stolen, Visit.Label, [Nonce], None)) is var again ? (again.Visit, again.IsOtherBrowsers) : default);
        Assert.DoesNotContain(Nonce, entered.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_OfOnePerson_AreAFew_TheOldestFallOut_AndNobodyElses()
    {
        var others = await codes.IssueAsync(Visit with { UserId = "u2" }, AppNonce.SealOf(Nonce), None);
        var issued = new List<string>();
        for (var turn = 0; turn < AppCodes.Most + 2; turn++)
        {
            issued.Add(await IssueAsync());
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(await TakeAsync(issued[0]));
        Assert.Null(await TakeAsync(issued[1]));
        foreach (var code in issued.Skip(2))
        {
            Assert.Equal(Visit, await TakeAsync(code));
        }

        Assert.Equal("u2", (await TakeAsync(others))?.UserId);
    }

    private Task<string> IssueAsync() => codes.IssueAsync(Visit, AppNonce.SealOf(Nonce), None);

    private async Task<AppVisit?> TakeAsync(string code) => (await codes.TakeAsync(code, Visit.Label, [Nonce], None)).Visit;

    private sealed class PlainProtector : ISecretProtector
    {
        public string Protect(string purpose, string plaintext) => plaintext;

        public string Unprotect(string purpose, string ciphertext) => ciphertext;
    }
}
