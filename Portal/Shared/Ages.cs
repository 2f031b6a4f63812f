using System.Globalization;

namespace Portal.Shared;

/// <summary>Spans and moments in words. The browser's clock says the same (clock.ts); this is the first text and that of sentences.</summary>
public static class Ages
{
    /// <summary>"34 min", "2 h 10 min", "46 d"; with <paramref name="fine"/> also "6 min 02 s".</summary>
    public static string Span(TimeSpan span, bool fine = false)
    {
        var s = (long)Math.Max(0, span.TotalSeconds);
        return s switch
        {
            < 60 => $"{s} {SharedText.UnitSecond}",
            < 3600 when fine => string.Create(CultureInfo.CurrentCulture, $"{s / 60} {SharedText.UnitMinute} {s % 60:00} {SharedText.UnitSecond}"),
            < 3600 => $"{s / 60} {SharedText.UnitMinute}",
            < 86400 when s % 3600 / 60 == 0 => $"{s / 3600} {SharedText.UnitHour}",
            < 86400 => $"{s / 3600} {SharedText.UnitHour} {s % 3600 / 60} {SharedText.UnitMinute}",
            _ => $"{s / 86400} {SharedText.UnitDay}",
        };
    }

    /// <summary>A moment, told as of <paramref name="now"/>; zone-bound kinds are in UTC until the browser has told them.</summary>
    public static string Tell(DateTimeOffset at, AgoKind kind, DateTimeOffset now) => kind switch
    {
        AgoKind.Ago when now - at >= TimeSpan.FromDays(1) => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.CurrentCulture),
        AgoKind.Ago => Sentence.With(SharedText.SpanAgo, ("span", Span(now - at))),
        AgoKind.Age => Span(now - at),
        AgoKind.Fine => Span(now - at, fine: true),
        AgoKind.In when at <= now => SharedText.Now,
        AgoKind.In => Sentence.With(SharedText.InSpan, ("span", Span(at - now, fine: true))),
        AgoKind.Clock => at.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
        AgoKind.Moment => at.UtcDateTime.ToString("d MMM, HH:mm:ss 'UTC'", CultureInfo.CurrentCulture),
        _ => at.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.CurrentCulture),
    };
}
