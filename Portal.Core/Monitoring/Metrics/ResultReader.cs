using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Reads the <c>data</c> of <c>query</c> and <c>query_range</c>: <c>resultType</c> and <c>result</c>, in whatever order.</summary>
internal static class ResultReader
{
    /// <summary>Reads one series; the reader stands on its first token, and must stand on its last at the end.</summary>
    public delegate void ItemReader(ref Utf8JsonReader json);

    /// <summary>Reads all of it.</summary>
    public static Result Each(ref Utf8JsonReader json, ItemReader each)
    {
        var (type, time, single) = ("", 0.0, (string?)null);
        PrometheusReader.Expect(ref json, JsonTokenType.StartObject, read: false);
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("resultType"u8))
            {
                PrometheusReader.Expect(ref json, JsonTokenType.String, read: true);
                type = json.GetString()!;
            }
            else if (json.ValueTextEquals("result"u8))
            {
                json.Read();
                (time, single) = Items(ref json, each);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        return type.Length > 0 ? new(type, time, single) : throw new JsonException("There is no resultType.");
    }

    /// <summary>Reads a series of a range onto the grid; what lies beside the grid is left out.</summary>
    public static MetricSeries OnGrid(ref Utf8JsonReader json, RangeWindow window, Func<string, string> keep)
    {
        var values = new double[window.Count];
        Array.Fill(values, double.NaN);
        var labels = Read(ref json, keep, point =>
        {
            var at = (long)Math.Round((point.Time - window.Start) / window.Step);
            if (at >= 0 && at < values.Length)
            {
                values[at] = point.Value;
            }
        });
        return new(labels, values);
    }

    /// <summary>Reads a series of an instant answer.</summary>
    public static InstantSeries Sample(ref Utf8JsonReader json, Func<string, string> keep)
    {
        var points = ImmutableArray.CreateBuilder<MetricPoint>(1);
        var labels = Read(ref json, keep, points.Add);
        return new(labels, points.ToImmutable());
    }

    /// <summary>Reads a number that was kept as text.</summary>
    public static double Number(string text) =>
        MetricNumbers.TryRead(Encoding.UTF8.GetBytes(text), out var value) ? value : throw new JsonException("A value is not a number.");

    // A vector and a matrix are arrays of objects, a scalar and a string are [ts, "v"].
    private static (double Time, string? Single) Items(ref Utf8JsonReader json, ItemReader each)
    {
        var (time, single) = (0.0, (string?)null);
        PrometheusReader.Expect(ref json, JsonTokenType.StartArray, read: false);
        while (json.Read() && json.TokenType is not JsonTokenType.EndArray)
        {
            switch (json.TokenType)
            {
                case JsonTokenType.StartObject:
                    each(ref json);
                    break;
                case JsonTokenType.Number:
                    time = json.GetDouble();
                    break;
                case JsonTokenType.String:
                    single = json.GetString();
                    break;
                default:
                    throw new JsonException("A result is neither series nor value.");
            }
        }

        return (time, single);
    }

    private static MetricLabels Read(ref Utf8JsonReader json, Func<string, string> keep, Action<MetricPoint> point)
    {
        var labels = MetricLabels.None;
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "metric":
                    labels = PrometheusReader.Labels(ref json, keep);
                    break;
                case "value":
                    point(PrometheusReader.Point(ref json));
                    break;
                case "values":
                    PrometheusReader.Expect(ref json, JsonTokenType.StartArray, read: false);
                    while (json.Read() && json.TokenType is JsonTokenType.StartArray)
                    {
                        point(PrometheusReader.Point(ref json));
                    }

                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return labels;
    }

    /// <summary>What stood beside the series.</summary>
    /// <param name="Type"><c>vector</c>, <c>matrix</c>, <c>scalar</c>, <c>string</c>.</param>
    /// <param name="Time">Time of a single value, Unix seconds.</param>
    /// <param name="Single">The single value, or null.</param>
    public readonly record struct Result(string Type, double Time, string? Single);
}
