using System.Net;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Monitoring.Silences;
using Portal.Tests.Clusters;
using Portal.Tests.Support;

namespace Portal.Tests.Monitoring.Silences;

/// <summary>What Alertmanager was recorded to answer, and what becomes of it.</summary>
public sealed class SilenceServiceTests : IClusterPrograms
{
    private static readonly ClusterKey Cluster = new(TestScopes.Region, "p1", "c5");
    private static readonly Scope Person = TestScopes.Fake(new Dictionary<string, string>());
    private (int Status, string Body)? _answer;

    [SkippableFact]
    public async Task List_OfTheRecording_IsRead()
    {
        _answer = Recorded("silences");

        var silences = (await new AlertmanagerApi(this).ListAsync(Cluster, Person, CancellationToken.None))!.Value;

        Assert.Equal([SilenceState.Active, SilenceState.Pending, SilenceState.Expired], silences.Select(s => s.State));
        Assert.Equal("zone!=\"test\"", silences[1].Matchers.Single().ToString());
        Assert.Equal(["alertname=\"VolumeFillingUp\"", "namespace=~\"zone-.*\""], silences[2].Matchers.Select(m => m.ToString()));
        Assert.Equal(("wider", "operator"), (silences[0].Comment, silences[0].CreatedBy));
    }

    [SkippableTheory]
    [InlineData("silence-create-bad-regex-400", BackendFailure.Invalid, "invalid regular expression")]
    [InlineData("silence-create-missing-comment-422", BackendFailure.Invalid, "comment in body is required")]
    [InlineData("silence-create-no-matchers-422", BackendFailure.Invalid, "matchers in body")]
    [InlineData("silence-update-unknown-id-404", BackendFailure.NotFound, "silence not found")]
    [InlineData("silence-delete-unknown-500", BackendFailure.NotFound, "silence not found")]
    public async Task Refusal_OfBothShapes_IsOneFailureWithItsWords(string recording, BackendFailure failure, string words)
    {
        _answer = Recorded(recording);

        var refused = await Assert.ThrowsAsync<BackendException>(() => new AlertmanagerApi(this).PutAsync(Cluster, Person, new SilenceDraft { EndsAt = DateTimeOffset.UtcNow }, DateTimeOffset.UtcNow, CancellationToken.None));

        Assert.Equal(failure, refused.Failure);
        Assert.Contains(words, refused.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "=", "x", true)]
    [InlineData("a", "=", "y", false)]
    [InlineData("a", "=~", "x|y", true)]
    [InlineData("a", "=~", "", false)]
    [InlineData("a", "!~", "x.*", false)]
    [InlineData("absent", "=", "", true)]
    [InlineData("absent", "!=", "z", true)]
    [InlineData("a", "=~", "(", false)]
    public void Matcher_OfAWholeValue_MatchesAsAlertmanagerDoes(string name, string kind, string value, bool matches) =>
        Assert.Equal(matches, new SilenceMatcher(name, value, kind[^1] == '~', kind[0] == '=').Matches(new Dictionary<string, string> { ["a"] = "x" }));

    [Fact]
    public async Task Rules_ThatAreNoRules_AreNotUnderstood()
    {
        _answer = (200, "{\"status\":\"success\",\"data\":[]}");

        var failure = await Assert.ThrowsAsync<BackendException>(() => new RuleApi(this).ListAsync(Cluster, Person, CancellationToken.None));

        Assert.Equal(BackendFailure.Unexpected, failure.Failure);
    }

    [Fact]
    public async Task Program_ThatIsNotThere_HasNoSilencesAndNoRules()
    {
        Assert.Null(await new AlertmanagerApi(this).ListAsync(Cluster, Person, CancellationToken.None));
        Assert.Null(await new RuleApi(this).ListAsync(Cluster, Person, CancellationToken.None));
    }

    [Fact]
    public void Preview_CountsWhatLastsLongEnough_SeriesBySeries()
    {
        IReadOnlyList<double> Run(params (int From, int To)[] runs) => [.. runs.SelectMany(r => Enumerable.Range(r.From, r.To - r.From + 1)).Select(m => m * 60.0)];

        var preview = ProjectRules.Preview([Run((0, 4), (10, 15), (20, 31)), Run((95, 100)), []], TimeSpan.FromMinutes(5), 100 * 60);

        Assert.Equal((3, TimeSpan.FromMinutes(6), 1, 2), (preview.Times, preview.Longest, preview.FiresNow, preview.Series));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(100 * 60), preview.LastAt);
    }

    public Task<HttpResponseMessage?> SendAsync(ClusterKey cluster, Scope scope, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(_answer is { } a ? new HttpResponseMessage((HttpStatusCode)a.Status) { Content = new StringContent(a.Body, Encoding.UTF8, "application/json") } : null);

    public Task<HttpResponseMessage?> SendAsPortalAsync(ClusterKey cluster, ClusterProgram program, ProgramRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static (int, string) Recorded(string name)
    {
        var recording = Recording.Read("alertmanager/" + name);
        return (recording.Status, recording.Body);
    }
}
