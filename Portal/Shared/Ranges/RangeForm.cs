using System.Globalization;

namespace Portal.Shared.Ranges;

/// <summary>The two ends as somebody types them, in the browser's zone.</summary>
public sealed class RangeForm
{
    private static readonly string[] Forms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"];

    /// <summary>Gets or sets the earlier end as typed.</summary>
    public string From { get; set; } = "";

    /// <summary>Gets or sets the later end as typed.</summary>
    public string To { get; set; } = "";

    /// <summary>Gets what is wrong, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>Shows a range.</summary>
    public void Show(TimeRange range, TimeZoneInfo zone, DateTimeOffset now)
    {
        var (from, to) = range.At(now);
        From = range.From.StartsWith("now", StringComparison.Ordinal) ? range.From : Words(from, zone);
        To = range.IsLive || range.To.StartsWith("now", StringComparison.Ordinal) ? range.To : Words(to, zone);
        Error = null;
    }

    /// <summary>Reads what was typed; null (with <see cref="Error"/>) when it is no range.</summary>
    public TimeRange? Read(TimeZoneInfo zone)
    {
        var (from, to) = (Canonical(From, zone), Canonical(To, zone));
        if (!TimeRange.TryParse(from, "now", out _))
        {
            Error = RangeText.WrongFrom;
        }
        else if (to is null)
        {
            Error = RangeText.WrongTo;
        }
        else if (TimeRange.TryParse(from, to, out var range))
        {
            Error = null;
            return range;
        }
        else
        {
            Error = RangeText.WrongOrder;
        }

        return null;
    }

    /// <summary>Tells a moment in a zone: <c>2026-11-30 14:05</c>, with seconds where there are any.</summary>
    public static string Words(DateTimeOffset at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString(local.Second == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static string? Canonical(string typed, TimeZoneInfo zone)
    {
        var text = typed.Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            // An hour that the zone skips in spring is told as if it had not.
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        return TimeRange.TryParse(text, "now", out var range) ? range.From : text == "now" ? text : null;
    }
}
