using Portal.Core.Monitoring.Metrics;

namespace Portal.Tests.Monitoring.Metrics;

public sealed class RangeWindowTests
{
    [Theory]
    [InlineData(60, 15)]
    [InlineData(3600, 15)]
    [InlineData(3 * 3600, 30)]
    [InlineData(6 * 3600, 60)]
    [InlineData(24 * 3600, 300)]
    [InlineData(7 * 86_400, 1800)]
    [InlineData(365 * 86_400, 86_400)]
    public void Step_SuitsTheRange_AndItsEndsLieOnIt(int seconds, int step)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(1_768_482_007);

        var window = RangeWindow.Of(to.AddSeconds(-seconds), to);

        Assert.Equal((step, 0, 0), (window.Step, window.Start % step, window.End % step));
        Assert.InRange(window.Count, 2, 552);
        Assert.Equal(window.Count, ((window.End - window.Start) / window.Step) + 1);
    }

    [Theory]
    [InlineData(86_400, 0, 289)]
    [InlineData(86_400, 390, 289)]
    [InlineData(86_400, 600, 721)]
    [InlineData(86_400, 1050, 1441)]
    [InlineData(86_400, 100_000, 2881)]
    [InlineData(3600, 1050, 241)]
    public void Points_FollowTheScreen_InStepsThatPeopleShare(int seconds, int points, int count)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(1_768_482_000 / 300 * 300);

        Assert.Equal(count, RangeWindow.Detailed(to.AddSeconds(-seconds), to, points).Count);
    }

    [Fact]
    public void Step_TooFine_IsWidenedToWhatPrometheusGives()
    {
        var window = RangeWindow.Of(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(51), 1);

        Assert.InRange(window.Count, 10_000, RangeWindow.MostPoints);
    }

    [Fact]
    public void Viewers_AfterOneAnother_AskTheSame()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_768_482_000);

        Assert.Equal(RangeWindow.Of(now.AddHours(-1), now), RangeWindow.Of(now.AddHours(-1).AddSeconds(14), now.AddSeconds(14)));
    }

    [Theory]
    [InlineData("shop", "\"shop\"")]
    [InlineData("a\"} or vector(1) #", "\"a\\\"} or vector(1) #\"")]
    [InlineData("back\\slash\nline", "\"back\\\\slash\\nline\"")]
    [InlineData("\u0001", "\"\\x01\"")]
    public void Quote_WhateverItHolds_StaysOneLiteral(string text, string quoted) => Assert.Equal(quoted, PromQl.Quote(text));

    [Fact]
    public void Literally_MatchesItselfOnly() => Assert.Equal(@"a\.b\+\(c\)\$", PromQl.Literally("a.b+(c)$"));
}
