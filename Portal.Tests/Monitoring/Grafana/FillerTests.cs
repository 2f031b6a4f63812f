using Portal.Core.Backends;
using Portal.Core.Monitoring.Grafana;
using static Portal.Tests.Monitoring.Grafana.Samples;

namespace Portal.Tests.Monitoring.Grafana;

/// <summary>Values in queries: as Grafana writes them for Prometheus, and never more than a value.</summary>
public sealed class FillerTests
{
    private static readonly string[] Nodes = ["10.0.0.1:9100", "a(b)", "c\"d"];

    [Theory]
    [InlineData("up{i=~\"$n\"}", "up{i=~\"(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\))\"}")]
    [InlineData("up{i=~\"${n}\"}", "up{i=~\"(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\))\"}")]
    [InlineData("up{i=~\"[[n]]\"}", "up{i=~\"(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\))\"}")]
    [InlineData("up{i=~\"${n:regex}\"}", "up{i=~\"(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\))\"}")]
    [InlineData("up{i=~\"${n:pipe}\"}", "up{i=~\"10.0.0.1:9100|a(b)\"}")]
    [InlineData("up{i=~\"${n:csv}\"}", "up{i=~\"10.0.0.1:9100,a(b)\"}")]
    [InlineData("up{i=~\"${n:glob}\"}", "up{i=~\"{10.0.0.1:9100,a(b)}\"}")]
    [InlineData("up{i=~'$n'}", "up{i=~'(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\))'}")]
    [InlineData("up{i=~`$n`}", "up{i=~`(10\\.0\\.0\\.1:9100|a\\(b\\))`}")]
    [InlineData("x(${n:doublequote})", "x(\"10.0.0.1:9100\",\"a(b)\")")]
    [InlineData("x(${n:singlequote})", "x('10.0.0.1:9100','a(b)')")]
    [InlineData("label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")", "label_replace(up, \"a\", \"$1\", \"b\", \"(.*)\")")]
    [InlineData("up{i=\"$other\"}", "up{i=\"$other\"}")]
    public void Several_Values_AreWrittenByFormatAndQuotes(string template, string filled) =>
        Assert.Equal(filled, Over(Query("n", true, true, null, Nodes, "10.0.0.1:9100", "a(b)")).Query(template, 0));

    [Theory]
    [InlineData("up{i=\"$n\"}", "up{i=\"c\\\"d\"}")]
    [InlineData("up{i='$n'}", "up{i='c\"d'}")]
    public void One_Value_IsALiteral(string template, string filled) =>
        Assert.Equal(filled, Over(Query("n", false, false, null, Nodes, "c\"d")).Query(template, 0));

    [Fact]
    public void All_IsEveryValue_OrWhatTheDashboardSays()
    {
        Assert.Equal("up{i=~\"(10\\\\.0\\\\.0\\\\.1:9100|a\\\\(b\\\\)|c\\\"d)\"}", Over(Query("n", true, true, null, Nodes, GrafanaVariable.All)).Query("up{i=~\"$n\"}", 0));
        Assert.Equal("up{i=~\".*\"}", Over(Query("n", true, true, ".*", Nodes, GrafanaVariable.All)).Query("up{i=~\"$n\"}", 0));
        Assert.Equal("up{i=~\"a\"}", Over(Query("n", true, true, ".*", Nodes, "a")).Query("up{i=~\"$n\"}", 0));
    }

    [Theory]
    [InlineData("a\"} or secret{b=\"", "up{i=\"a\\\"} or secret{b=\\\"\"}")]
    [InlineData("a\\", "up{i=\"a\\\\\"}")]
    [InlineData("a\nb", "up{i=\"a\\nb\"}")]
    public void Value_ThatWouldBeMore_StaysOneLiteral(string value, string filled) => Assert.Equal(filled, Over(Text("t", value)).Query("up{i=\"$t\"}", 0));

    [Theory]
    [InlineData("sum(rate(x[$t]))", "5m] offset 1w) + vector(1", true)]
    [InlineData("$t{a=\"b\"}", "up or down", true)]
    [InlineData("up{i=`$t`}", "a` or up{b=`", true)]
    [InlineData("$t{a=\"b\"}", "node_load1", false)]
    [InlineData("topk($t, up)", "15", false)]
    public void Value_OutsideOfQuotes_IsANameOrANumber(string template, string value, bool isRefused)
    {
        var failure = Record.Exception(() => Over(Text("t", value)).Query(template, 0));

        Assert.Equal(isRefused ? BackendFailure.Invalid : (BackendFailure?)null, (failure as BackendException)?.Failure);
    }

    [Fact]
    public void Value_OfTheDashboardItself_MayBeAPieceOfPromQl()
    {
        string[] own = ["sum(up)", "count(up)"];

        Assert.Equal("sum(up) > 0", Over(Custom("c", own, "sum(up)")).Query("$c > 0", 0));
        Assert.Equal("up{a=~\"[a-z]+|b\\\\d\"}", Over(Custom("c", ["[a-z]+|b\\d"], "[a-z]+|b\\d")).Query("up{a=~\"$c\"}", 0));
        Assert.Throws<BackendException>(() => Over(Custom("c", own, "max(up)")).Query("$c > 0", 0));
    }

    [Theory]
    [InlineData("$__interval", 0, "60s")]
    [InlineData("$__interval", 120, "120s")]
    [InlineData("${__interval_ms}", 0, "60000")]
    [InlineData("$__rate_interval", 0, "240s")]
    [InlineData("$__rate_interval", 60, "240s")]
    [InlineData("$__range", 0, "3600s")]
    [InlineData("$__range_s", 0, "3600")]
    [InlineData("[[__range_ms]]", 0, "3600000")]
    [InlineData("$__from", 0, "3600000")]
    public void Times_OfGrafanas_AreTheRanges(string template, int leastStep, string filled) => Assert.Equal(filled, Over().Query(template, leastStep));

    [Theory]
    [InlineData("5m", "rate(x[5m])")]
    [InlineData(GrafanaVariable.Auto, "rate(x[120s])")]
    public void Interval_IsALengthOfTime(string value, string filled)
    {
        var variable = new GrafanaVariable("i", GrafanaVariableKind.Interval, "5m") { Options = [new("5m", "5m")], AutoParts = 30, AutoLeast = 60 };

        Assert.Equal(filled, Over(new GrafanaChoice(variable, variable.Options, [value])).Query("rate(x[$i])", 0));
    }

    [Fact]
    public void Words_AreShownAsPeopleChoseThem() =>
        Assert.Equal("CPU of 10.0.0.1:9100 + a(b), $other", Over(Query("n", true, true, null, Nodes, "10.0.0.1:9100", "a(b)")).Words("CPU of $n, $other"));
}
