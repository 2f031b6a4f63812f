using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor.Services;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Shared;

namespace Portal.Tests.Shared;

public sealed class ComponentTests : BunitContext
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 14, 30, 0, TimeSpan.Zero);

    public ComponentTests()
    {
        Services.AddMudServices();
        Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Theory]
    [InlineData(StateKind.Ok, "ok")]
    [InlineData(StateKind.Run, "run")]
    [InlineData(StateKind.Retry, "warn")]
    [InlineData(StateKind.Wait, "idle")]
    [InlineData(StateKind.You, "you")]
    [InlineData(StateKind.Warn, "warn")]
    [InlineData(StateKind.Fail, "fail")]
    [InlineData(StateKind.Unknown, "idle")]
    [InlineData(StateKind.Off, "idle")]
    public void StateLabel_EveryKind_HasShapeWordAndColour(StateKind kind, string colour)
    {
        var label = Render<StateLabel>(p => p.Add(l => l.State, new StateWord(kind, "Word", "RAW")));

        var span = label.Find("span.st");
        Assert.Contains(colour, span.ClassList);
        Assert.Equal("Word", span.TextContent);
        Assert.Equal("RAW", span.GetAttribute("title"));
        Assert.NotEmpty(label.FindAll("svg[aria-hidden=true] > *"));
    }

    [Fact]
    public void StateIcons_NineKinds_HaveNineShapes() =>
        Assert.Equal(9, Enum.GetValues<StateKind>().Select(StateIcons.Of).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void StateChip_WithState_HasTint() =>
        Assert.Contains("run", Render<StateChip>(p => p.Add(c => c.State, new StateWord(StateKind.Run, "Running"))).Find(".chip").ClassList);

    [Fact]
    public void Meter_WithinLimit_ShowsUsedAndAdded()
    {
        var bars = Render<Meter>(p => p.Add(m => m.Used, 6).Add(m => m.Total, 10).Add(m => m.Adding, 1).Add(m => m.Label, "six")).FindAll("i");

        Assert.Equal(["width:60%", "width:10%"], bars.Select(b => b.GetAttribute("style")));
        Assert.DoesNotContain("over", bars[1].ClassList);
    }

    [Fact]
    public void Meter_OverLimit_SaysSo()
    {
        var bars = Render<Meter>(p => p.Add(m => m.Used, 10).Add(m => m.Total, 10).Add(m => m.Adding, 2).Add(m => m.Label, "ten")).FindAll("i");

        Assert.Contains("over", bars[1].ClassList);
        Assert.Equal("width:16.7%", bars[1].GetAttribute("style"));
    }

    [Fact]
    public void Meter_NoLimit_StaysEmpty() =>
        Assert.Equal("width:0%", Render<Meter>(p => p.Add(m => m.Used, 10).Add(m => m.Total, null).Add(m => m.Label, "")).Find("i").GetAttribute("style"));

    [Fact]
    public void StepBar_Steps_AreNamedTogether()
    {
        var bar = Render<StepBar>(p => p.Add(b => b.Steps, [StateKind.Ok, StateKind.Run, StateKind.Wait]).Add(b => b.Label, "1 of 3"));

        Assert.Equal("1 of 3", bar.Find("[role=img]").GetAttribute("aria-label"));
        Assert.Equal(3, bar.FindAll("i").Count);
    }

    [Fact]
    public void CopyValue_Long_IsShortenedInTheMiddleAndCopiesTheWhole()
    {
        const string Digest = "sha256:b41e00112233445566779c07";
        var value = Render<CopyValue>(p => p.Add(c => c.Value, Digest).Add(c => c.What, "digest").Add(c => c.Short, true));

        Assert.Equal("sha256:b41e0…9c07", value.Find(".mono").TextContent);
        Assert.Equal(Digest, value.Find("button").GetAttribute("data-copy"));
        Assert.Equal("Copy the digest", value.Find("button").GetAttribute("aria-label"));
    }

    [Theory]
    [InlineData(40, AgoKind.Ago, "40 s ago")]
    [InlineData(12 * 60, AgoKind.Ago, "12 min ago")]
    [InlineData(130 * 60, AgoKind.Age, "2 h 10 min")]
    [InlineData(46 * 86400, AgoKind.Age, "46 d")]
    [InlineData(362, AgoKind.Fine, "6 min 02 s")]
    [InlineData(-22, AgoKind.In, "in 22 s")]
    [InlineData(5, AgoKind.In, "now")]
    [InlineData(0, AgoKind.Clock, "14:30:00 UTC")]
    public void Ago_Moment_IsTold(int secondsBefore, AgoKind kind, string text)
    {
        var time = Render<Ago>(p => p.Add(a => a.At, Now.AddSeconds(-secondsBefore)).Add(a => a.Kind, kind)).Find("time");

        Assert.Equal(text, time.TextContent);
        Assert.EndsWith("Z", time.GetAttribute("datetime"), StringComparison.Ordinal);
    }

    [Fact]
    public void SameAs_OtherWay_ShowsItsText()
    {
        var same = Render<SameAs>(p => p.Add(s => s.Ways, [new("CLI", "openstack"), new("HTTP", "POST")]));

        same.FindAll("[role=tab]")[1].Click();

        Assert.Equal("POST", same.Find("pre").TextContent);
        Assert.Equal("true", same.FindAll("[role=tab]")[1].GetAttribute("aria-selected"));
    }

    [Fact]
    public void FailureNotice_Backend_SaysWhatWhoAndKeepsTheRawWordsAside()
    {
        var failure = new BackendException("magnum", "list clusters", BackendFailure.Timeout, "gateway time-out", System.Net.HttpStatusCode.GatewayTimeout, "req-1");

        var notice = Render<FailureNotice>(p => p.Add(n => n.Failure, failure).Add(n => n.What, "The clusters cannot be shown").Add(n => n.Retry, EventCallback.Factory.Create(this, () => { })));

        Assert.Equal("The clusters cannot be shown.", notice.Find("b").TextContent);
        Assert.Contains("Magnum did not answer in time", notice.Find(".s13").TextContent, StringComparison.Ordinal);
        Assert.Equal("req-1", notice.Find("[data-copy]").GetAttribute("data-copy"));
        Assert.Contains("gateway time-out", notice.Find("details pre").TextContent, StringComparison.Ordinal);
        Assert.NotEmpty(notice.FindAll("button.btn"));
    }

    [Theory]
    [InlineData(BackendFailure.Timeout)]
    [InlineData(BackendFailure.Unreachable)]
    [InlineData(BackendFailure.SignInAgain)]
    [InlineData(BackendFailure.Forbidden)]
    [InlineData(BackendFailure.NotFound)]
    [InlineData(BackendFailure.Conflict)]
    [InlineData(BackendFailure.QuotaExceeded)]
    [InlineData(BackendFailure.Invalid)]
    [InlineData(BackendFailure.Throttled)]
    [InlineData(BackendFailure.Broken)]
    [InlineData(BackendFailure.Unexpected)]
    public void FailureWords_EveryFailure_HasItsOwnSentence(BackendFailure kind) =>
        Assert.NotEqual(SharedText.FailureUnknown, FailureWords.Of("It failed", new BackendException("heat", "ask", kind)).Detail);

    [Fact]
    public void EmptyState_Always_OffersTheFirstStep()
    {
        var empty = Render<EmptyState>(p => p.Add(e => e.Headline, "No clusters yet").Add<RenderFragment>(e => e.Actions!, b => b.AddMarkupContent(0, "<a class=btn>Create</a>")));

        Assert.Equal("No clusters yet", empty.Find("h2").TextContent);
        Assert.NotEmpty(empty.FindAll("a.btn"));
    }

    [Fact]
    public void Skeletons_Waiting_SayWhoIsAsked()
    {
        var skeletons = Render<Skeletons>(p => p.Add(s => s.Rows, 4).Add(s => s.Asking, "Magnum is asked."));

        Assert.Equal(4, skeletons.FindAll(".lk > div").Count);
        Assert.Equal("true", skeletons.Find(".lk").GetAttribute("aria-busy"));
        Assert.Contains("Magnum is asked.", skeletons.Markup, StringComparison.Ordinal);
    }
}
