using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Shared.Ranges;

namespace Portal.Tests.Shared;

public sealed class TimeRangePickerTests : BunitContext
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private TimeRange? _told;

    public TimeRangePickerTests()
    {
        Services.AddSingleton<TimeProvider>(_time);
        Services.AddScoped<BrowserZone>();
        JSInterop.Setup<string?>("portal.zone").SetResult("Europe/Berlin");
    }

    [Fact]
    public void Moments_AreToldAndTyped_InTheBrowsersZone()
    {
        var picker = Open(TimeRange.Parse("2026-07-01T08:00:00Z", "2026-07-01T09:30:00Z"));

        picker.WaitForAssertion(() => Assert.Contains("2026-07-01 10:00 – 11:30", picker.Find("button[popovertarget]").TextContent, StringComparison.Ordinal));
        picker.Find("button[popovertarget]").Click();
        Assert.Equal("2026-07-01 10:00", Field(picker, "From").GetAttribute("value"));
        Field(picker, "From").Change("2026-07-01 09:15");
        picker.Find("form").Submit();

        Assert.Equal(TimeRange.Parse("2026-07-01T07:15:00Z", "2026-07-01T09:30:00Z"), _told);
    }

    [Theory]
    [InlineData("yesterday", "now", "Write the beginning as 2026-11-30 14:05 or now-2h.")]
    [InlineData("now-2h", "soon", "Write the end as 2026-11-30 14:05, now-5m or now.")]
    [InlineData("now-2h", "", "Write the end as 2026-11-30 14:05, now-5m or now.")]
    [InlineData("2026-07-01 11:00", "2026-07-01 10:00", "The end must be after the beginning.")]
    public void Typed_WhatIsNoRange_IsSaidAndKept(string from, string to, string said)
    {
        var picker = Open(TimeRange.Default);

        Field(picker, "From").Change(from);
        Field(picker, "To").Change(to);
        picker.Find("form").Submit();

        Assert.Equal(said, picker.Find("[role=alert]").TextContent.Trim());
        Assert.Equal(from, Field(picker, "From").GetAttribute("value"));
        Assert.Null(_told);
    }

    [Fact]
    public void Presets_AndArrows_TellTheNewRange()
    {
        var picker = Open(TimeRange.Default);
        Assert.Contains("Last hour", picker.Find("button[popovertarget]").TextContent, StringComparison.Ordinal);

        Button(picker, "Last 24 hours").Click();
        Assert.Equal(TimeRange.Last("24h"), _told);
        picker.Find("button[aria-label='Earlier by half the range']").Click();
        Assert.Equal(TimeRange.Parse("2026-07-01T10:30:00Z", "2026-07-01T11:30:00Z"), _told);
        Assert.True(picker.Find("button[aria-label='Later by half the range']").HasAttribute("disabled"));
    }

    private static IElement Field(IRenderedComponent<TimeRangePicker> picker, string label) =>
        picker.Find("#" + picker.FindAll("label").Single(l => l.TextContent == label).GetAttribute("for"));

    private static IElement Button(IRenderedComponent<TimeRangePicker> picker, string words) => picker.FindAll("button").Single(b => b.TextContent.Trim() == words);

    private IRenderedComponent<TimeRangePicker> Open(TimeRange range) =>
        Render<TimeRangePicker>(p => p.Add(c => c.Range, range).Add(c => c.RangeChanged, r => _told = r));
}
