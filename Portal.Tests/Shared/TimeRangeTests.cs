using System.Globalization;
using Portal.Shared.Ranges;

namespace Portal.Tests.Shared;

public sealed class TimeRangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("now-15m", null, "2026-11-30T11:45:00Z", "2026-11-30T12:00:00Z")]
    [InlineData("now-2d", "now-1d", "2026-11-28T12:00:00Z", "2026-11-29T12:00:00Z")]
    [InlineData("2026-11-30T10:00:00+02:00", "2026-11-30T09:00:00", "2026-11-30T08:00:00Z", "2026-11-30T09:00:00Z")]
    [InlineData("2026-11-30T08:00:00Z", "now", "2026-11-30T08:00:00Z", "2026-11-30T12:00:00Z")]
    public void Parse_WhatAnAddressSays_IsARange(string from, string? to, string first, string last)
    {
        Assert.True(TimeRange.TryParse(from, to, out var range));

        Assert.Equal((At(first), At(last)), range.At(Now));
        Assert.Equal(range, TimeRange.Parse(range.From, range.To));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "now")]
    [InlineData("now-0h", "now")]
    [InlineData("now-99999h", "now")]
    [InlineData("now-5y", "now")]
    [InlineData("now-1h", "now-2h")]
    [InlineData("2026-11-30T09:00:00Z", "2026-11-30T08:00:00Z")]
    [InlineData("12", "now")]
    [InlineData("<script>", "now")]
    public void Parse_WhatIsNoRange_IsTheLastHour(string? from, string? to)
    {
        Assert.False(TimeRange.TryParse(from, to, out _));
        Assert.Equal(TimeRange.Default, TimeRange.Parse(from, to));
    }

    [Fact]
    public void At_ARangeThatBeginsAfterNow_IsStillASecondLong()
    {
        var (from, to) = TimeRange.Parse("2027-01-01T00:00:00Z", "now").At(Now);

        Assert.Equal(from.AddSeconds(1), to);
    }

    [Fact]
    public void Moved_EarlierAndLater_NeverPassesNow()
    {
        var earlier = TimeRange.Last("2h").Moved(-1, Now);

        Assert.Equal((At("2026-11-30T09:00:00Z"), At("2026-11-30T11:00:00Z")), earlier.At(Now));
        Assert.Equal((At("2026-11-30T10:00:00Z"), At("2026-11-30T12:00:00Z")), earlier.Moved(5, Now).At(Now));
        Assert.Equal((At("2026-11-30T08:00:00Z"), At("2026-11-30T12:00:00Z")), earlier.Wider(Now).At(Now));
    }

    [Fact]
    public void Query_OfMoments_IsEncodedAndReadAgain()
    {
        var query = TimeRange.Last("1h").Fixed(Now).ToQuery();

        Assert.Equal("from=2026-11-30T11%3A00%3A00Z&to=2026-11-30T12%3A00%3A00Z", query);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
