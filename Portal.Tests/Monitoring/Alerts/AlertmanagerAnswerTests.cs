using Portal.Core.Monitoring.Alerts;

namespace Portal.Tests.Monitoring.Alerts;

/// <summary>What Alertmanager answers to a question is a tenant's: it may be anything, of any size.</summary>
public sealed class AlertmanagerAnswerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("[{\"fingerprint\":\"a\",\"labels\":{}}]")]
    [InlineData("[{\"fingerprint\":\"a\",\"labels\":{\"a\":\"b\"}}]")]
    public void Answer_ThatIsNotAlertmanagers_IsNotUnderstood(string text) => Assert.Null(AlertmanagerMessage.ReadActive(text));

    [Fact]
    public void Answer_OfATenantWithoutMeasure_IsCut()
    {
        var labels = string.Join(",", Enumerable.Range(0, 300).Select(n => $"\"z{n:d3}\":\"{new string('x', 5000)}\"").Append("\"alertname\":\"Big\"").Append("\"none\":null"));
        var read = AlertmanagerMessage.ReadActive($$$"""[{"fingerprint":"a","labels":{ {{{labels}}} },"annotations":null,"startsAt":"0001-01-01T00:00:00Z","status":{"state":"active"}}]""")!.Single();

        Assert.Equal("Big", read.Labels["alertname"]);
        Assert.InRange(read.Labels.Sum(l => l.Key.Length + l.Value.Length), 1, 4000);
        Assert.True(read.StartsAt.Year > 2000);
    }
}
