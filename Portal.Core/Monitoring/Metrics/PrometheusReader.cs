using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>Reads the envelope of every answer of Prometheus' API, and hands its <c>data</c> on.</summary>
internal ref struct PrometheusReader
{
    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);
    private Utf8JsonReader json;

    /// <summary>Initializes a new instance of the <see cref="PrometheusReader"/> struct.</summary>
    public PrometheusReader(ReadOnlySpan<byte> body) => json = new Utf8JsonReader(body);

    /// <summary>Reads what stands under <c>data</c>; the reader stands on its first token, and must stand on its last at the end.</summary>
    public delegate void DataReader(ref Utf8JsonReader json, Func<string, string> keep);

    /// <summary>Reads the envelope; gives warnings and infos.</summary>
    /// <exception cref="JsonException">It is not such an answer.</exception>
    public ImmutableArray<string> Read(DataReader data)
    {
        var remarks = ImmutableArray.CreateBuilder<string>();
        var (pool, isSuccess, hasData) = (known, false, false);
        Expect(ref json, JsonTokenType.StartObject, read: true);
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "status":
                    isSuccess = json.TokenType is JsonTokenType.String && json.ValueTextEquals("success"u8);
                    break;
                case "data":
                    hasData = true;
                    data(ref json, text => Keep(pool, text));
                    break;
                case "warnings" or "infos":
                    remarks.AddRange(Strings(ref json, text => text));
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return isSuccess && hasData ? remarks.ToImmutable() : throw new JsonException("There is no success with data.");
    }

    /// <summary>Reads an array of strings, or null for none.</summary>
    public static ImmutableArray<string> Strings(ref Utf8JsonReader json, Func<string, string> keep)
    {
        if (json.TokenType is JsonTokenType.Null)
        {
            return [];
        }

        var list = ImmutableArray.CreateBuilder<string>();
        Expect(ref json, JsonTokenType.StartArray, read: false);
        while (json.Read() && json.TokenType is JsonTokenType.String)
        {
            list.Add(keep(json.GetString()!));
        }

        return list.ToImmutable();
    }

    /// <summary>Reads an object of strings.</summary>
    public static MetricLabels Labels(ref Utf8JsonReader json, Func<string, string> keep)
    {
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        Expect(ref json, JsonTokenType.StartObject, read: false);
        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var name = keep(json.GetString()!);
            Expect(ref json, JsonTokenType.String, read: true);
            pairs.Add(new(name, keep(json.GetString()!)));
        }

        return pairs.Count == 0 ? MetricLabels.None : new MetricLabels(pairs.ToImmutable());
    }

    /// <summary>Reads <c>[ts, "v"]</c>.</summary>
    public static MetricPoint Point(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartArray, read: false);
        Expect(ref json, JsonTokenType.Number, read: true);
        var time = json.GetDouble();
        json.Read();
        var value = MetricNumbers.Read(ref json);
        Expect(ref json, JsonTokenType.EndArray, read: true);
        return new(time, value);
    }

    /// <summary>Checks the token that comes next, or the one that is there.</summary>
    public static void Expect(ref Utf8JsonReader json, JsonTokenType token, bool read)
    {
        if ((read && !json.Read()) || json.TokenType != token)
        {
            throw new JsonException($"{token} was expected.");
        }
    }

    // The same few names and values stand in thousands of series.
    private static string Keep(Dictionary<string, string> pool, string text) => pool.TryGetValue(text, out var same) ? same : pool[text] = text;
}
