using System.Net;
using System.Text;
using Portal.Core.Backends;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Tests.Monitoring.Metrics;

public sealed class MetricTroubleTests
{
    [Theory]
    [InlineData(400, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)", MetricTrouble.TooMuch)]
    [InlineData(400, "bad_data", "invalid parameter \"query\": 1:7: parse error: unclosed left parenthesis", MetricTrouble.Refused)]
    [InlineData(422, "execution", "found duplicate series for the match group", MetricTrouble.Refused)]
    [InlineData(422, "execution", "query processing would load too many samples into memory in query execution", MetricTrouble.TooMuch)]
    [InlineData(422, "execution", "expanding series: context deadline exceeded", MetricTrouble.Slow)]
    [InlineData(503, "timeout", "query timed out in expression evaluation", MetricTrouble.Slow)]
    [InlineData(503, "canceled", "query was canceled in expression evaluation", MetricTrouble.Slow)]
    [InlineData(500, "internal", "boom", MetricTrouble.Gone)]
    public void Error_OfPrometheus_IsItsTroubleAndItsSentence(int status, string type, string sentence, MetricTrouble trouble)
    {
        var failure = PrometheusErrors.Make("ask", (HttpStatusCode)status, Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(new { status = "error", errorType = type, error = sentence })));

        Assert.Equal((trouble, sentence), (MetricTroubles.Of(failure), failure.Answer));
    }

    [Theory]
    [InlineData(503, "Service Unavailable", MetricTrouble.Starting)]
    [InlineData(502, "<html>bad gateway</html>", MetricTrouble.Gone)]
    [InlineData(404, "404 page not found", MetricTrouble.NotUnderstood)]
    [InlineData(401, "Unauthorized", MetricTrouble.NotUnderstood)]
    public void Error_OfAWebServer_IsNotThePersons(int status, string body, MetricTrouble trouble) =>
        Assert.Equal(trouble, MetricTroubles.Of(PrometheusErrors.Make("ask", (HttpStatusCode)status, Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData(BackendFailure.Timeout, null, MetricTrouble.ClusterSilent)]
    [InlineData(BackendFailure.Unreachable, null, MetricTrouble.ClusterSilent)]
    [InlineData(BackendFailure.Unreachable, "No pod is ready.", MetricTrouble.Gone)]
    [InlineData(BackendFailure.NotFound, "The portal has no identity in this cluster yet.", MetricTrouble.NotInitialised)]
    public void Failure_OfTheClusterItself_IsTold(BackendFailure failure, string? answer, MetricTrouble trouble) =>
        Assert.Equal(trouble, MetricTroubles.Of(new BackendException("kubernetes", "ask", failure, answer)));

    [Theory]
    [InlineData("sum(", "1:5: parse error: unclosed left parenthesis", 4)]
    [InlineData("up{a=\"é\", b=\"x\"} +\n sum(rate(x[5m]", "invalid parameter \"query\": 2:16: parse error: unclosed left parenthesis", 34)]
    [InlineData("é + (", "1:7: parse error: unclosed left parenthesis", 5)]
    [InlineData("up", "found duplicate series", null)]
    public void ParseError_HasItsPlaceInCharacters(string expression, string answer, int? offset)
    {
        var wrong = QueryError.Of(new BackendException("prometheus", "ask", BackendFailure.Invalid, answer, HttpStatusCode.BadRequest), expression);

        Assert.Equal(offset, wrong!.Offset);
        Assert.DoesNotContain("parse error", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void QueryError_OfAnythingElse_IsNone() => Assert.Null(QueryError.Of(new BackendException("prometheus", "ask", BackendFailure.Timeout), "up"));
}
