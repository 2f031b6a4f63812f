using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Makes answers of bodies. Native histograms are skipped: nothing draws them.</summary>
internal static class PrometheusAnswer
{
    // What a query gives is its author's; what is kept of it is bounded.
    private const int MostValues = 2_000_000;
    private const int MostInstant = 10_000;

    /// <summary>Reads <c>query_range</c>.</summary>
    /// <exception cref="JsonException">The body is something else.</exception>
    public static RangeAnswer Range(ReadOnlySpan<byte> body, RangeWindow window)
    {
        var series = ImmutableArray.CreateBuilder<MetricSeries>();
        var (most, leftOut) = (Math.Max(1, MostValues / window.Count), 0);
        var remarks = new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> keep) => ResultReader.Each(ref json, (ref Utf8JsonReader item) =>
        {
            if (series.Count >= most)
            {
                leftOut++;
                item.Skip();
            }
            else
            {
                series.Add(ResultReader.OnGrid(ref item, window, keep));
            }
        }));
        return new RangeAnswer(window, series.ToImmutable()) { Warnings = remarks, LeftOut = leftOut };
    }

    /// <summary>Reads <c>query</c>.</summary>
    /// <exception cref="JsonException">The body is something else.</exception>
    public static InstantAnswer Instant(ReadOnlySpan<byte> body)
    {
        var series = ImmutableArray.CreateBuilder<InstantSeries>();
        var (leftOut, result) = (0, default(ResultReader.Result));
        var remarks = new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> keep) => result = ResultReader.Each(ref json, (ref Utf8JsonReader item) =>
        {
            if (series.Count >= MostInstant)
            {
                leftOut++;
                item.Skip();
            }
            else
            {
                series.Add(ResultReader.Sample(ref item, keep));
            }
        }));
        if (result is { Type: "scalar", Single: { } number })
        {
            series.Add(new(MetricLabels.None, [new(result.Time, ResultReader.Number(number))]));
        }

        var kind = result.Type switch { "matrix" => InstantKind.Matrix, "scalar" => InstantKind.Scalar, "string" => InstantKind.Text, _ => InstantKind.Vector };
        return new InstantAnswer(kind, series.ToImmutable()) { Text = kind is InstantKind.Text ? result.Single : null, Warnings = remarks, LeftOut = leftOut };
    }

    /// <summary>Reads an array of strings (<c>labels</c>, <c>label/…/values</c>).</summary>
    public static ImmutableArray<string> Strings(ReadOnlySpan<byte> body)
    {
        var list = ImmutableArray<string>.Empty;
        new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> keep) => list = PrometheusReader.Strings(ref json, keep));
        return list;
    }

    /// <summary>Reads <c>series</c>; at most <paramref name="most"/> of them.</summary>
    public static ImmutableArray<MetricLabels> Series(ReadOnlySpan<byte> body, int most)
    {
        var list = ImmutableArray.CreateBuilder<MetricLabels>();
        new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> keep) =>
        {
            PrometheusReader.Expect(ref json, JsonTokenType.StartArray, read: false);
            while (json.Read() && json.TokenType is JsonTokenType.StartObject)
            {
                if (list.Count < most)
                {
                    list.Add(PrometheusReader.Labels(ref json, keep));
                }
                else
                {
                    json.Skip();
                }
            }
        });
        return list.ToImmutable();
    }

    /// <summary>Reads <c>metadata</c>: for each metric its first description.</summary>
    public static ImmutableDictionary<string, MetricDescription> Metadata(ReadOnlySpan<byte> body)
    {
        var all = ImmutableDictionary.CreateBuilder<string, MetricDescription>(StringComparer.Ordinal);
        new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> keep) =>
        {
            using var data = JsonDocument.ParseValue(ref json);
            foreach (var metric in data.RootElement.EnumerateObject().Where(m => m.Value.ValueKind is JsonValueKind.Array))
            {
                if (metric.Value.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first)
                {
                    all[metric.Name] = new(Text(first, "type"), Text(first, "help"));
                }
            }
        });
        return all.ToImmutable();
    }

    /// <summary>Reads <c>status/buildinfo</c>: the version, as the packager calls it.</summary>
    public static string Version(ReadOnlySpan<byte> body)
    {
        var version = "";
        new PrometheusReader(body).Read((ref Utf8JsonReader json, Func<string, string> _) =>
        {
            using var data = JsonDocument.ParseValue(ref json);
            version = data.RootElement.ValueKind is JsonValueKind.Object ? Text(data.RootElement, "version") : throw new JsonException("There is no version.");
        });
        return version;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
