using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Paging, filters (<c>q</c>) and order (<c>sort</c>) of a list, as every list of the API takes them.</summary>
internal sealed class HarborQuery
{
    private readonly HarborCall call;
    private readonly Dictionary<string, string> filters = new(StringComparer.OrdinalIgnoreCase);

    public HarborQuery(HarborCall call)
    {
        this.call = call;
        Page = Number("page", 1);
        PageSize = Number("page_size", 10);
        if (PageSize > 100)
        {
            throw HarborException.Unprocessable("page_size in query should be less than or equal to 100");
        }

        ParseFilters(Uri.UnescapeDataString(call.Query("q") ?? ""));
    }

    public long Page { get; }

    public long PageSize { get; }

    /// <summary>Gives the value of an exact filter, or null.</summary>
    public string? Filter(string name) => filters.GetValueOrDefault(name);

    /// <summary>Filters, orders and cuts; fields that do not exist are ignored silently.</summary>
    public HarborAnswer Answer<T>(IEnumerable<T> items, IReadOnlyDictionary<string, Func<T, object?>> fields, Func<T, JsonNode?> write, string order)
    {
        foreach (var (name, wanted) in filters)
        {
            if (fields.TryGetValue(name, out var field))
            {
                items = items.Where(i => Matches(field(i), wanted));
            }
        }

        var sorted = Sort(items, fields, order).ToList();
        return Answer(sorted.Count, Cut(sorted).Select(write));
    }

    /// <summary>Answers a page with its total and links.</summary>
    public HarborAnswer Answer(long total, IEnumerable<JsonNode?> page)
    {
        var answer = HarborAnswer.Ok(new JsonArray([.. page]));
        answer.Headers["X-Total-Count"] = total.ToString(CultureInfo.InvariantCulture);
        if (Links(total) is { Length: > 0 } links)
        {
            answer.Headers["Link"] = links;
        }

        return answer;
    }

    public IEnumerable<T> Cut<T>(IReadOnlyList<T> sorted) =>
        PageSize <= 0 ? sorted : sorted.Skip((int)Math.Min(int.MaxValue, (Math.Max(1, Page) - 1) * PageSize)).Take((int)PageSize);

    /// <summary>Relative, not escaped, and senseless for a page size of -1: as the server does it.</summary>
    private string Links(long total)
    {
        var links = new List<string>();
        if (Page > 1 && (Page - 1) * PageSize <= total)
        {
            links.Add($"<{Address(Page - 1)}>; rel=\"prev\"");
        }

        if (Page * PageSize < total)
        {
            links.Add($"<{Address(Page + 1)}>; rel=\"next\"");
        }

        return string.Join(" , ", links);
    }

    private string Address(long page)
    {
        var values = call.QueryKeys.ToDictionary(k => k, k => call.Query(k)!, StringComparer.Ordinal);
        values["page"] = page.ToString(CultureInfo.InvariantCulture);
        values["page_size"] = PageSize.ToString(CultureInfo.InvariantCulture);
        return call.Path + "?" + string.Join('&', values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => v.Key + "=" + v.Value));
    }

    private long Number(string name, long otherwise)
    {
        if (call.Query(name) is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw HarborException.Unprocessable($"{name} in query must be of type int64: \"{text}\"");
    }

    private void ParseFilters(string q)
    {
        foreach (var part in q.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == part.Length - 1)
            {
                throw HarborException.BadRequest("the query string must contain \"=\" and the key/value cannot be empty");
            }

            filters[part[..equals].Trim()] = part[(equals + 1)..].Trim();
        }
    }

    private IEnumerable<T> Sort<T>(IEnumerable<T> items, IReadOnlyDictionary<string, Func<T, object?>> fields, string order)
    {
        var keys = (call.Query("sort") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Where(k => fields.ContainsKey(k.TrimStart('-'))).ToList();
        if (keys.Count == 0)
        {
            keys = [.. order.Split(',')];
        }

        var sorted = items.OrderBy(_ => 0);
        foreach (var key in keys)
        {
            var field = fields[key.TrimStart('-')];
            sorted = key[0] == '-' ? sorted.ThenByDescending(field, Order.Instance) : sorted.ThenBy(field, Order.Instance);
        }

        return sorted;
    }

    private static bool Matches(object? value, string wanted)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return wanted[0] switch
        {
            '~' => text.Contains(wanted[1..], StringComparison.OrdinalIgnoreCase),
            '{' or '(' => wanted.Trim('{', '}', '(', ')').Split(' ').Contains(text, StringComparer.Ordinal),
            '[' when wanted.Trim('[', ']').Split('~') is [var min, var max] =>
                (min.Length == 0 || Order.Instance.Compare(value, Typed(value, min)) >= 0) && (max.Length == 0 || Order.Instance.Compare(value, Typed(value, max)) <= 0),
            _ => text == wanted || (value is bool flag && bool.TryParse(wanted, out var other) && flag == other),
        };
    }

    private static object Typed(object? like, string text) => like switch
    {
        long => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0,
        DateTimeOffset => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default,
        _ => text,
    };

    private sealed class Order : IComparer<object?>
    {
        public static Order Instance { get; } = new();

        public int Compare(object? x, object? y) => x is string a && y is string b ? string.CompareOrdinal(a, b) : Comparer<object?>.Default.Compare(x, y);
    }
}
