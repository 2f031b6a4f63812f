using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>What one <c>_search</c> gave.</summary>
internal sealed record LogHits
{
    // Longer messages are cut on the way to people; the document keeps them.
    private const int LongestMessage = 20_000;
    private const int LongestDocument = 128 * 1024;

    public required ImmutableArray<LogLine> Lines { get; init; }

    public long Total { get; init; }

    public bool IsTotalLower { get; init; }

    public TimeSpan Took { get; init; }

    public bool TimedOut { get; init; }

    public int FailedShards { get; init; }

    /// <summary>Gets the counts by the beginning of the span in ms: errors, warnings and worse, all.</summary>
    public ImmutableArray<(long At, long Errors, long Warnings, long All)> Buckets { get; init; } = [];

    /// <summary>Reads an answer.</summary>
    /// <exception cref="BackendException">It is no search's answer.</exception>
    public static LogHits Read(JsonElement root, LogSource source, LogFields fields)
    {
        if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("hits", out var hits) || hits.ValueKind is not JsonValueKind.Object
            || !hits.TryGetProperty("hits", out var list) || list.ValueKind is not JsonValueKind.Array)
        {
            throw new BackendException(ElasticsearchErrors.Backend, "search", BackendFailure.Unexpected, "The answer has no hits.");
        }

        var (total, lower) = Count(hits);
        return new()
        {
            Lines = [.. list.EnumerateArray().Select(h => Line(h, source, fields)).OfType<LogLine>()],
            Total = total,
            IsTotalLower = lower,
            Took = TimeSpan.FromMilliseconds(Number(root, "took")),
            TimedOut = root.TryGetProperty("timed_out", out var late) && late.ValueKind is JsonValueKind.True,
            FailedShards = root.TryGetProperty("_shards", out var shards) ? (int)Number(shards, "failed") : 0,
            Buckets = Histogram(root),
        };
    }

    // Up to 6 a number, since 7 an object; absent when it was not counted.
    private static (long Total, bool IsLower) Count(JsonElement hits)
    {
        if (!hits.TryGetProperty("total", out var total))
        {
            return (0, false);
        }

        return total.ValueKind is JsonValueKind.Number ? (total.GetInt64(), false)
            : (Number(total, "value"), total.ValueKind is JsonValueKind.Object && total.TryGetProperty("relation", out var relation) && relation.ValueEquals("gte"));
    }

    private static ImmutableArray<(long At, long Errors, long Warnings, long All)> Histogram(JsonElement root)
    {
        if (Find(root, "aggregations", "t", "buckets") is not { ValueKind: JsonValueKind.Array } buckets)
        {
            return [];
        }

        return
        [
            .. buckets.EnumerateArray().Select(b => (
                At: Number(b, "key"),
                Errors: Find(b, "s", "buckets", "error") is { } error ? Number(error, "doc_count") : 0,
                Warnings: Find(b, "s", "buckets", "warning") is { } warning ? Number(warning, "doc_count") : 0,
                All: Number(b, "doc_count"))),
        ];
    }

    private static LogLine? Line(JsonElement hit, LogSource source, LogFields fields)
    {
        if (!hit.TryGetProperty("_source", out var document) || document.ValueKind is not JsonValueKind.Object || Text(hit, "_id") is not { } id)
        {
            return null;
        }

        var sort = hit.TryGetProperty("sort", out var values) && values.ValueKind is JsonValueKind.Array && values.GetArrayLength() > 0
            && values[0].ValueKind is JsonValueKind.Number && values[0].TryGetInt64(out var first) ? first : 0;
        var field = fields.Message.FirstOrDefault(m => Value(document, m) is not null) ?? fields.Message[0];
        var (message, marks) = Marked(hit, field, Value(document, field) ?? "");
        var text = document.GetRawText();
        return new()
        {
            Source = source,
            Index = Text(hit, "_index") ?? "",
            Id = id,
            At = Time(Value(document, fields.Time), sort),
            Sort = sort,
            Message = message,
            Marks = marks,
            Severity = LogSeverities.Of(fields.Level is { } level ? Value(document, level.Name) : null, message),
            Namespace = Value(document, fields.Namespace.Name),
            Pod = Value(document, fields.Pod.Name),
            Container = Value(document, fields.Container.Name),
            Node = Value(document, fields.Node.Name),
            Document = text.Length > LongestDocument ? "{}" : text,
        };
    }

    private static DateTimeOffset Time(string? written, long sort) =>
        DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime()
        : long.TryParse(written, CultureInfo.InvariantCulture, out var ms) && ms is > 0 and < 4_102_444_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
        : sort is > 0 and < 4_102_444_800_000 ? DateTimeOffset.FromUnixTimeMilliseconds(sort)
        : sort > 0 ? DateTimeOffset.UnixEpoch.AddTicks(sort / 100) : DateTimeOffset.UnixEpoch;

    /// <summary>Takes the marks out of a highlighted message. What the line itself has of these characters is taken out too.</summary>
    private static (string Message, IReadOnlyList<LogMark> Marks) Marked(JsonElement hit, string field, string plain)
    {
        var highlighted = hit.TryGetProperty("highlight", out var all) && all.TryGetProperty(field, out var parts) && parts.ValueKind is JsonValueKind.Array && parts.GetArrayLength() == 1
            ? parts[0].GetString() : null;
        var text = new StringBuilder();
        var marks = new List<LogMark>();
        var open = -1;
        foreach (var c in highlighted ?? plain)
        {
            if (text.Length >= LongestMessage)
            {
                break;
            }

            if (c is LogBody.MarkOpen)
            {
                open = highlighted is null ? -1 : text.Length;
            }
            else if (c is LogBody.MarkClose)
            {
                if (open >= 0 && text.Length > open)
                {
                    marks.Add(new(open, text.Length - open));
                }

                open = -1;
            }
            else
            {
                text.Append(c);
            }
        }

        return (text.ToString().TrimEnd('\n', '\r'), marks);
    }

    /// <summary>Finds a field by its dotted name; the dots are objects, names with dots in them, or both.</summary>
    internal static string? Value(JsonElement document, string name)
    {
        if (document.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        if (document.TryGetProperty(name, out var found))
        {
            return found.ValueKind switch
            {
                JsonValueKind.String => found.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => found.GetRawText(),
                JsonValueKind.Array when found.GetArrayLength() > 0 && found[0].ValueKind is JsonValueKind.String => found[0].GetString(),
                _ => null,
            };
        }

        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            if (document.TryGetProperty(name[..dot], out var inner) && Value(inner, name[(dot + 1)..]) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private static JsonElement? Find(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static long Number(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? (long)value.GetDouble() : 0;
}
