using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Shared.Ranges;

/// <summary>
/// The time range of a page, as its address says it: both ends are <c>now</c>, <c>now-15m</c> (units s, m, h, d, w) or a moment in
/// ISO 8601 (UTC where no offset is given). Charts, logs, events and alerts share it.
/// </summary>
public sealed partial record TimeRange
{
    private TimeRange(string from, string to) => (From, To) = (from, to);

    /// <summary>Gets the last hour.</summary>
    public static TimeRange Default { get; } = Last("1h");

    /// <summary>Gets the earlier end, as in the address.</summary>
    public string From { get; }

    /// <summary>Gets the later end, as in the address.</summary>
    public string To { get; }

    /// <summary>Gets whether the range ends now and moves on with time.</summary>
    public bool IsLive => To == "now";

    /// <summary>Makes a range that ends now.</summary>
    /// <param name="span">A number and a unit: <c>15m</c>.</param>
    public static TimeRange Last(string span) => new("now-" + span, "now");

    /// <summary>Makes a range between two moments, whole milliseconds.</summary>
    public static TimeRange Between(DateTimeOffset from, DateTimeOffset to) => new(Text(from), Text(to));

    /// <summary>Reads a range; one that is absent or wrong is the last hour.</summary>
    public static TimeRange Parse(string? from, string? to) => TryParse(from, to, out var range) ? range : Default;

    /// <summary>Reads a range; false when an end cannot be read, or the later is not after the earlier.</summary>
    public static bool TryParse(string? from, string? to, [NotNullWhen(true)] out TimeRange? range)
    {
        range = null;
        var now = DateTimeOffset.UnixEpoch.AddYears(100);
        var (first, last) = (from?.Trim() ?? "", to is { Length: > 0 } ? to.Trim() : "now");
        if (Moment(first, now) is not { } a || Moment(last, now) is not { } b || (IsRelative(first) == IsRelative(last) && b <= a))
        {
            return false;
        }

        range = new(IsRelative(first) ? first : Text(a), IsRelative(last) ? last : Text(b));
        return true;
    }

    /// <summary>Gives both ends as of a moment; the later is at least a second after the earlier.</summary>
    public (DateTimeOffset From, DateTimeOffset To) At(DateTimeOffset now)
    {
        var (from, to) = (Moment(From, now) ?? now.AddHours(-1), Moment(To, now) ?? now);
        return (from, to > from ? to : from.AddSeconds(1));
    }

    /// <summary>Gives the range before (<c>-1</c>) or after (<c>1</c>), by half its length, as moments; never later than now.</summary>
    public TimeRange Moved(int steps, DateTimeOffset now)
    {
        var (from, to) = At(now);
        var by = (to - from) / 2 * steps;
        if (to + by > now)
        {
            by = now - to;
        }

        return Between(from + by, to + by);
    }

    /// <summary>Gives a range of twice the length around the same middle; never later than now.</summary>
    public TimeRange Wider(DateTimeOffset now)
    {
        var (from, to) = At(now);
        var half = (to - from) / 2;
        return Between(from - half, to + half > now ? now : to + half);
    }

    /// <summary>Gives the range with its ends as moments, for an address that is shared.</summary>
    public TimeRange Fixed(DateTimeOffset now)
    {
        var (from, to) = At(now);
        return Between(from, to);
    }

    /// <summary>Gives <c>from=…&amp;to=…</c>, encoded.</summary>
    public string ToQuery() => $"from={Uri.EscapeDataString(From)}&to={Uri.EscapeDataString(To)}";

    private static bool IsRelative(string text) => text.StartsWith("now", StringComparison.Ordinal);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture).Replace(".000Z", "Z", StringComparison.Ordinal);

    private static DateTimeOffset? Moment(string text, DateTimeOffset now)
    {
        if (text == "now")
        {
            return now;
        }

        if (Relative().Match(text) is { Success: true } match)
        {
            var count = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return count == 0 ? null : now - (match.Groups[2].Value switch
            {
                "s" => TimeSpan.FromSeconds(count),
                "m" => TimeSpan.FromMinutes(count),
                "h" => TimeSpan.FromHours(count),
                "d" => TimeSpan.FromDays(count),
                _ => TimeSpan.FromDays(7 * count),
            });
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            && at.Year is > 1970 and < 2200 && text.Length > 7 ? at : null;
    }

    [GeneratedRegex(@"^now-(\d{1,4})([smhdw])$", RegexOptions.CultureInvariant)]
    private static partial Regex Relative();
}
