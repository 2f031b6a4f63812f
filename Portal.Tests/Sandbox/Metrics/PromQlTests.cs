using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Prometheus;
using Portal.Sandbox.Prometheus.PromQl;

namespace Portal.Tests.Sandbox.Metrics;

/// <summary>The sandbox's PromQL by itself: windows, extrapolation, matching, errors.</summary>
public sealed class PromQlTests
{
    private const long Minute = 60_000;

    [Theory]
    [InlineData("sum(up", "1:7: parse error: unclosed left parenthesis")]
    [InlineData("", "1:1: parse error: no expression found in input")]
    [InlineData("no_such_function(up)", "1:1: parse error: unknown function with name \"no_such_function\"")]
    [InlineData("up{", "1:4: parse error: unexpected end of input inside braces")]
    [InlineData("rate(up)", "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector")]
    [InlineData("rate(up[5m], 2)", "1:1: parse error: expected 1 argument(s) in call to \"rate\", got 2")]
    [InlineData("{}", "1:1: parse error: vector selector must contain at least one non-empty matcher")]
    [InlineData("1 == 1", "1:1: parse error: comparisons between scalars must use BOOL modifier")]
    [InlineData("up and 1", "1:1: parse error: set operator \"and\" not allowed in binary scalar expression")]
    [InlineData("up\n  )", "2:3: parse error: unexpected right parenthesis ')'")]
    [InlineData("up[5x]", "1:4: parse error: bad number or duration syntax: \"5x\"")]
    [InlineData("up{job=~\"a\"} 5", "1:14: parse error: unexpected number \"5\"")]
    public void Parse_OfWhatIsNoQuery_SaysWhere(string query, string message) => Assert.Equal(message, Assert.Throws<PromException>(() => Parser.Parse(query)).Message);

    [Theory]
    [InlineData("sum(rate(foo[5m]))by(a)", "sum by (a) (rate(foo[5m]))")]
    [InlineData("a/on(x)group_left(y)b", "a / on (x) group_left (y) b")]
    [InlineData("-foo{b!='c'}offset 90m", "-foo{b!=\"c\"} offset 1h30m")]
    [InlineData("max_over_time(rate(x[1m])[1h:5m])", "max_over_time(rate(x[1m])[1h:5m])")]
    public void Write_OfAQuery_IsItsUsualForm(string query, string usual) => Assert.Equal(usual, Printer.Write(Parser.Parse(query)));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(0.0000012345, "0.0000012345")]
    [InlineData(1e-7, "1e-07")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    public void Text_OfANumber_IsGos(double value, string text) => Assert.Equal(text, PromNumber.Text(value));

    [Fact]
    public void Rate_ByVersion3_LeavesOutTheSampleAtTheBeginningAndExtrapolates()
    {
        // One sample per minute, 60 more each time: five of them in a left-open window of five minutes, six in a closed one.
        var data = new Memory(Series("c_total", 10, i => 600 + (60 * i)));

        Assert.Equal("1", Value(data, "rate(c_total[5m])", 9 * Minute));
        Assert.Equal("300", Value(data, "increase(c_total[5m])", 9 * Minute));
        Assert.Equal("5", Value(data, "count_over_time(c_total[5m])", 9 * Minute));
        Assert.Equal("6", Value(data, "count_over_time(c_total[5m])", 9 * Minute, new EngineOptions(LeftOpen: false)));
    }

    [Fact]
    public void Increase_NearTheBeginningOfACounter_DoesNotReachBelowZero()
    {
        var data = new Memory(Series("c_total", 3, i => 1 + (60 * i)));

        // From 1 to 121 in two minutes: extrapolated by a sixtieth of a minute only, where the counter would have been 0; and by half a minute at the end it has not come to.
        Assert.Equal("121", Value(data, "increase(c_total[10m])", 2 * Minute));
    }

    [Fact]
    public void Rate_OverAReset_CountsWhatCameBefore()
    {
        var data = new Memory(Series("c_total", 6, i => i < 3 ? 600 + (60 * i) : 60 * (i - 3)));

        Assert.Equal("2", Value(data, "resets(c_total[6m]) + 1", 5 * Minute));
        Assert.Equal("1", Value(data, "irate(c_total[5m])", 5 * Minute));
    }

    [Fact]
    public void Selector_AfterTheEndMark_IsGoneAtOnce_WithoutItAfterFiveMinutes()
    {
        var data = new Memory(Series("ended", 3, i => i == 2 ? PromNumber.Stale : 1), Series("stopped", 2, _ => 1));

        Assert.Null(Value(data, "ended", 2 * Minute));
        Assert.Equal("1", Value(data, "stopped", (6 * Minute) - 1));
        Assert.Null(Value(data, "stopped", 6 * Minute));
    }

    [Fact]
    public void Query_OfMoreThan11000Points_IsRefused()
    {
        var (status, json) = ExpectedAnswers.Ask(new Memory(), "/api/v1/query_range", ("query", "1"), ("start", "0"), ("end", "11000"), ("step", "1"));
        var (refused, _) = ExpectedAnswers.Ask(new Memory(), "/api/v1/query_range", ("query", "1"), ("start", "0"), ("end", "11001"), ("step", "1"));

        Assert.Equal(200, status);
        Assert.Equal(11_001, json!["data"]!["result"]![0]!["values"]!.AsArray().Count);
        Assert.Equal(400, refused);
    }

    [Theory]
    [InlineData("a * on (x) a", 422, "found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation")]
    [InlineData("{__name__=~\"a|b\"} + 1", 422, "vector cannot contain metrics with the same labelset")]
    [InlineData("label_replace(a, \"x\", \"$1\", \"y\", \"(\")", 422, "invalid regular expression in label_replace(): (")]
    [InlineData("a * on (x) group_left (z) b", 200, "")]
    public void Query_OfSeriesThatDoNotMatch_FailsAsRecorded(string query, int expected, string message)
    {
        var data = new Memory(Series("a", 2, _ => 1, ("x", "1"), ("y", "1")), Series("a", 2, _ => 1, ("x", "1"), ("y", "2")), Series("b", 2, _ => 2, ("x", "1"), ("z", "9")), Series("b", 2, _ => 2, ("x", "2"), ("y", "1"), ("z", "9")), Series("b", 2, _ => 2, ("x", "3"), ("y", "2")));
        var two = query.StartsWith('{') ? new Memory(Series("a", 2, _ => 1), Series("b", 2, _ => 1)) : data;

        var (status, json) = ExpectedAnswers.Ask(two, "/api/v1/query", ("query", query), ("time", "60"));

        Assert.Equal(expected, status);
        Assert.StartsWith(message, (string?)json!["error"] ?? string.Empty, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sum by (x) (a)", "3")]
    [InlineData("quantile(0.5, a)", "1.5")]
    [InlineData("count_values(\"v\", a > 1)", "1")]
    [InlineData("scalar(a{y=\"2\"}) * 2", "4")]
    [InlineData("absent(nothing{q=\"r\"})", "1")]
    [InlineData("a{y=\"1\"} or vector(7) unless on () a", "1")]
    [InlineData("clamp_max(a{y=\"2\"}, 1) == bool 1", "1")]
    [InlineData("2 ^ 3 ^ 0 * 3", "6")]
    [InlineData("-2 ^ 2", "-4")]
    [InlineData("a{y=~\"2|3\"} @ 0 offset -1m", "2")]
    [InlineData("max_over_time(a{y=\"2\"}[2m:30s])", "2")]
    [InlineData("round(3.456, 0.1) + 0", null)]
    [InlineData("hour(vector(3600 * 5))", "5")]
    [InlineData("atan2_is_a_name", null)]
    public void Query_OfAnOperator_GivesItsValue(string query, string? value)
    {
        var data = new Memory(Series("a", 2, _ => 1, ("x", "1"), ("y", "1")), Series("a", 2, _ => 2, ("x", "1"), ("y", "2")));

        Assert.Equal(value, Value(data, query, Minute));
    }

    private static SampleSeries Series(string name, int count, Func<int, double> value, params (string, string)[] labels) =>
        new(LabelSet.Of([(LabelSet.Metric, name), .. labels]), [.. Enumerable.Range(0, count).Select(i => i * Minute)], [.. Enumerable.Range(0, count).Select(value)]);

    private static string? Value(Memory data, string query, long time, EngineOptions? options = null)
    {
        var answer = new QueryApi(data, DateTimeOffset.UnixEpoch, options ?? EngineOptions.Default).Answer(new PodQuestion("GET", "/api/v1/query", $"query={Uri.EscapeDataString(query)}&time={time / 1000.0}", new Dictionary<string, string>(), []))!;
        var result = JsonNode.Parse(Encoding.UTF8.GetString(answer.Body))!["data"]?["result"]?.AsArray();
        return result is null || result.Count == 0 ? null : (string?)(result[0] is JsonObject series ? series["value"]![1] : result[1]);
    }

    /// <summary>Series in memory.</summary>
    private sealed class Memory(params SampleSeries[] series) : ISeriesCatalog
    {
        public IEnumerable<SampleSeries> Select(IReadOnlyList<LabelMatcher> matchers, long from, long to) => series.Where(s => matchers.All(m => m.Matches(s.Labels)))
            .Select(s => (s.Labels, At: Enumerable.Range(0, s.Times.Length).Where(i => s.Times[i] > from && s.Times[i] <= to).ToList())).Select(s => new SampleSeries(s.Labels, [.. s.At.Select(i => i * Minute)], [.. s.At.Select(i => series.First(o => o.Labels == s.Labels).Values[i])]));

        public IEnumerable<LabelSet> Labels(IReadOnlyList<LabelMatcher> matchers, long from, long to) => Select(matchers, from, to).Select(s => s.Labels);
    }
}
