using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Prometheus.PromQl;

/// <summary>Numbers and durations as Prometheus reads and writes them.</summary>
internal static class PromNumber
{
    /// <summary>The bits of the value that says "there is no sample here any more".</summary>
    private const long StaleBits = 0x7ff0000000000002;

    /// <summary>Gets the mark of a series that has ended; it is no ordinary NaN.</summary>
    public static double Stale { get; } = BitConverter.Int64BitsToDouble(StaleBits);

    /// <summary>Says whether there is no sample.</summary>
    public static bool IsStale(double value) => BitConverter.DoubleToInt64Bits(value) == StaleBits;

    /// <summary>Writes a sample's value: Go's 'f' with the shortest digits, 'e' for the very small and very large.</summary>
    public static string Text(double value)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "+Inf" : "-Inf";
        }

        var size = Math.Abs(value);
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (size != 0 && size is < 1e-6 or >= 1e21)
        {
            return Exponent(value);
        }

        return text.Contains('E', StringComparison.Ordinal) ? Plain(text) : text;
    }

    /// <summary>Writes a number as Go's 'e' format: <c>1e+00</c>.</summary>
    public static string Exponent(double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return Text(value);
        }

        var (digits, exponent, negative) = Digits(value.ToString("R", CultureInfo.InvariantCulture));
        var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
        var sign = exponent < 0 ? '-' : '+';
        return $"{(negative ? "-" : string.Empty)}{mantissa}e{sign}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }

    /// <summary>Reads a number literal, or gives null.</summary>
    public static double? Parse(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.StartsWith("0x", StringComparison.Ordinal))
        {
            return long.TryParse(lower.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null;
        }

        return lower switch
        {
            "nan" => double.NaN,
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => double.TryParse(lower, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }

    /// <summary>Reads a duration such as <c>1h30m</c> or <c>500ms</c> in milliseconds, or gives null.</summary>
    public static long? Duration(string text)
    {
        var (total, at, last) = (0L, 0, int.MaxValue);
        while (at < text.Length)
        {
            var begun = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            if (at == begun || !long.TryParse(text.AsSpan(begun, at - begun), CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
            {
                at++;
            }

            var (rank, factor) = Unit(text[unit..at]);
            if (factor == 0 || rank >= last)
            {
                return null;
            }

            last = rank;
            total += count * factor;
        }

        return text.Length == 0 ? null : total;
    }

    /// <summary>Writes a duration as Prometheus does: <c>1h30m</c>.</summary>
    public static string DurationText(long milliseconds)
    {
        if (milliseconds == 0)
        {
            return "0s";
        }

        var (text, left) = (new StringBuilder(), milliseconds);
        foreach (var (unit, factor, whole) in new[] { ("y", 31536000000L, true), ("w", 604800000L, true), ("d", 86400000L, false), ("h", 3600000L, false), ("m", 60000L, false), ("s", 1000L, false), ("ms", 1L, false) })
        {
            if ((whole && left % factor != 0) || left / factor == 0)
            {
                continue;
            }

            text.Append(CultureInfo.InvariantCulture, $"{left / factor}{unit}");
            left %= factor;
        }

        return text.ToString();
    }

    private static (int Rank, long Factor) Unit(string unit) => unit switch
    {
        "ms" => (0, 1L),
        "s" => (1, 1000L),
        "m" => (2, 60_000L),
        "h" => (3, 3_600_000L),
        "d" => (4, 86_400_000L),
        "w" => (5, 604_800_000L),
        "y" => (6, 31_536_000_000L),
        _ => (0, 0L),
    };

    private static (string Digits, int Exponent, bool Negative) Digits(string text)
    {
        var negative = text.StartsWith('-');
        var parts = text.TrimStart('-').Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? parts[0] : parts[0][..point];
        var digits = whole + (point < 0 ? string.Empty : parts[0][(point + 1)..]);
        var leading = digits.TakeWhile(c => c == '0').Count();
        if (leading == digits.Length)
        {
            return ("0", 0, negative);
        }

        var significant = digits[leading..].TrimEnd('0');
        return (significant, exponent + whole.Length - 1 - leading, negative);
    }

    private static string Plain(string text)
    {
        var (digits, exponent, negative) = Digits(text);
        var plain = exponent < 0
            ? "0." + new string('0', -exponent - 1) + digits
            : digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0') : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
        return (negative ? "-" : string.Empty) + plain;
    }
}
