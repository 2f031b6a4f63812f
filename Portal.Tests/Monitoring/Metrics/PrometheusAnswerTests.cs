using System.Text;
using System.Text.Json;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Tests.Monitoring.Metrics;

/// <summary>Prometheus' answers become arrays; nothing that is promised or recorded throws.</summary>
public sealed class PrometheusAnswerTests
{
    private static readonly RangeWindow Window = new(100, 160, 15);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", -0.0)]
    [InlineData("NaN", double.NaN)]
    [InlineData("+Inf", double.PositiveInfinity)]
    [InlineData("-Inf", double.NegativeInfinity)]
    [InlineData("0.0000012345", 0.0000012345)]
    [InlineData("1e+21", 1e21)]
    [InlineData("1.7976931348623157e+308", double.MaxValue)]
    [InlineData("5e-324", double.Epsilon)]
    [InlineData("100000000000000000000", 1e20)]
    public void Number_OfEveryForm_IsRead(string text, double value)
    {
        var answer = PrometheusAnswer.Instant(Utf8($$$"""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,"{{{text}}}"]}]}}"""));

        Assert.Equal(value, answer.Series.Single().Points.Single().Value);
    }

    [Fact]
    public void Range_GapsAndWhatIsBesideTheGrid_AreNaNAndLeftOut()
    {
        var answer = PrometheusAnswer.Range(Utf8("""
            {"status":"success","warnings":["one part is missing"],"infos":["a remark"],"data":{"result":[
              {"metric":{"__name__":"up","a":"x\u003cy"},"values":[[100,"1"],[130.000,"3"],[175,"9"],[85,"9"]],"histograms":[[100,{"count":"1","buckets":[[0,"1","2","3"]]}]]},
              {"metric":{},"histograms":[[100,{"count":"1"}]]}],"resultType":"matrix"}}
            """), Window);

        Assert.Equal([1, double.NaN, 3, double.NaN, double.NaN], answer.Series[0].Values);
        Assert.Equal("up{a=\"x<y\"}", answer.Series[0].Labels.ToString());
        Assert.All(answer.Series[1].Values, v => Assert.True(double.IsNaN(v)));
        Assert.Equal("one part is missing|a remark", string.Join('|', answer.Warnings));
    }

    [Fact]
    public void Range_WithoutMeasure_IsCut()
    {
        var wide = new RangeWindow(0, 10_000, 1);
        var all = string.Join(',', Enumerable.Range(0, 300).Select(n => $$$"""{"metric":{"n":"{{{n}}}"},"values":[[5,"1"]]}"""));

        var answer = PrometheusAnswer.Range(Utf8($$$"""{"status":"success","data":{"resultType":"matrix","result":[{{{all}}}]}}"""), wide);

        Assert.Equal((199, 101), (answer.Series.Length, answer.LeftOut));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html></html>")]
    [InlineData("""{"status":"success"}""")]
    [InlineData("""{"status":"error","data":{"resultType":"vector","result":[]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,2]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"two"]}]}}""")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":1},"value":[1,"2"]}]}}""")]
    public void Answer_ThatIsNotPrometheus_IsNotUnderstood(string body) => Assert.ThrowsAny<JsonException>(() => PrometheusAnswer.Instant(Utf8(body)));

    [SkippableFact]
    public void Recorded_Answers_AreAllRead()
    {
        Skip.If(Recorded.Folder is null, "The recordings are not beside this checkout.");
        var read = 0;
        foreach (var name in Directory.GetFiles(Recorded.Folder!, "*.json").Select(Path.GetFileNameWithoutExtension).Where(n => n!.StartsWith("query-", StringComparison.Ordinal) || n.StartsWith("range-", StringComparison.Ordinal) || n.StartsWith("dataset-", StringComparison.Ordinal)))
        {
            var (status, body) = Recorded.Find(name!);
            if (status == 200 && !name!.Contains("exemplars", StringComparison.Ordinal) && !name.Contains("cors", StringComparison.Ordinal) && !name.Contains("gzip", StringComparison.Ordinal))
            {
                PrometheusAnswer.Instant(body);
                read++;
            }
        }

        Assert.InRange(read, 30, 100);
    }

    [SkippableFact]
    public void Recorded_SpecialAnswers_HaveTheirKinds()
    {
        var text = PrometheusAnswer.Instant(Recorded.Find("query-string").Body);
        var scalar = PrometheusAnswer.Instant(Recorded.Find("query-scalar").Body);
        var matrix = PrometheusAnswer.Instant(Recorded.Find("query-matrix-from-range-selector").Body);
        var infinite = PrometheusAnswer.Range(Recorded.Find("range-nan-inf").Body, new(1795381961, 1795381991, 15));

        Assert.Equal((InstantKind.Text, "hello"), (text.Kind, text.Text));
        Assert.Equal((InstantKind.Scalar, 1), (scalar.Kind, scalar.Series.Single().Points.Length));
        Assert.Equal((InstantKind.Matrix, 4), (matrix.Kind, matrix.Series.Single().Points.Length));
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity], infinite.Series.Single(s => s.Labels["kind"] == "posinf").Values);
        Assert.Single(PrometheusAnswer.Instant(Recorded.Find("query-warnings").Body).Warnings);
        Assert.NotEmpty(PrometheusAnswer.Metadata(Recorded.Find("metadata").Body));
        Assert.Equal("2.42.0+ds", PrometheusAnswer.Version(Recorded.Find("status-buildinfo").Body));
        Assert.NotEmpty(PrometheusAnswer.Strings(Recorded.Find("labels").Body));
        Assert.NotEmpty(PrometheusAnswer.Series(Recorded.Find("series").Body, 100));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
