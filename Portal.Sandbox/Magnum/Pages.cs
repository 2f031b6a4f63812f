using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Magnum;

/// <summary>Paging and sorting of lists, and the address of the next page.</summary>
internal static class Pages
{
    private const int Maximum = 1000;

    /// <summary>Cuts the page that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rows">All rows that the caller sees.</param>
    /// <param name="id">Gives a row's uuid.</param>
    /// <param name="keys">Sortable keys.</param>
    /// <param name="kind">Word for messages.</param>
    /// <param name="next">The address of the next page, or null.</param>
    public static List<T> Cut<T>(MagnumRequest request, IEnumerable<T> rows, Func<T, string> id, IReadOnlyDictionary<string, Func<T, IComparable?>> keys, string kind, out string? next)
    {
        var limit = Limit(request.Query("limit"));
        var key = request.Query("sort_key") ?? "id";
        var direction = request.Query("sort_dir") ?? "asc";
        if (direction is not ("asc" or "desc"))
        {
            throw new MagnumException(400, $"Invalid sort direction: {direction}. Acceptable values are 'asc' or 'desc'");
        }

        var all = rows.ToList();
        var marker = request.Query("marker");
        if (marker is not null && !all.Exists(r => id(r) == marker))
        {
            throw MagnumException.NotFound(kind, marker);
        }

        if (!keys.TryGetValue(key, out var by))
        {
            throw new MagnumException(400, $"The sort_key value \"{key}\" is an invalid field for sorting");
        }

        var second = keys["id"];
        var sorted = direction == "asc" ? all.OrderBy(by).ThenBy(second) : all.OrderByDescending(by).ThenByDescending(second);
        var page = sorted.SkipWhile(r => marker is not null && id(r) != marker).Skip(marker is null ? 0 : 1).Take(limit).ToList();
        next = page.Count == limit
            ? $"{request.Base}/v1/{string.Join('/', request.Path)}?sort_key={key}&sort_dir={direction}&limit={limit}&marker={id(page[^1])}" : null;
        return page;
    }

    public static JsonObject Show(string name, IEnumerable<JsonNode> rows, string? next)
    {
        var body = new JsonObject { [name] = new JsonArray([.. rows]) };
        if (next is not null)
        {
            body["next"] = next;
        }

        return body;
    }

    private static int Limit(string? text)
    {
        if (text is null)
        {
            return Maximum;
        }

        return !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit)
            ? throw MagnumException.Invalid("limit", text, $"unable to convert to int. Error: invalid literal for int() with base 10: '{text}'")
            : limit <= 0 ? throw new MagnumException(400, "Limit must be positive") : Math.Min(limit, Maximum);
    }
}
