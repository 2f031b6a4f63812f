using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Reads Prometheus' numbers: JSON strings as Go prints them (<c>"NaN"</c>, <c>"+Inf"</c>, <c>"1e+21"</c>).</summary>
internal static class MetricNumbers
{
    /// <summary>Reads the string that the reader stands on.</summary>
    /// <exception cref="JsonException">It is no number.</exception>
    public static double Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String)
        {
            throw new JsonException("A value is not a string.");
        }

        return TryRead(reader.ValueSpan, out var value) ? value : throw new JsonException("A value is not a number.");
    }

    /// <summary>Reads a number; .NET knows Go's names of infinity by other signs.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        if (text.SequenceEqual("+Inf"u8) || text.SequenceEqual("Inf"u8))
        {
            value = double.PositiveInfinity;
            return true;
        }

        if (text.SequenceEqual("-Inf"u8))
        {
            value = double.NegativeInfinity;
            return true;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
