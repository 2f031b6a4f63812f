using System.Globalization;
using Portal.Core.Registry;

namespace Portal.Registry;

/// <summary>Filter, order and page of a list as its URL has them.</summary>
internal static class ImageAddress
{
    /// <summary>Reads the URL's values; what is unknown is left at its default.</summary>
    public static ImageQuery Read(string? text, string? sort, string? page) => new(
        text?.Trim() ?? "",
        Enum.TryParse<ImageSort>(sort?.TrimStart('-'), ignoreCase: true, out var by) && Enum.IsDefined(by) ? by : ImageSort.Time,
        sort is not null && !sort.StartsWith('-'),
        int.TryParse(page, CultureInfo.InvariantCulture, out var number) && number is > 1 and < 1_000_000 ? number : 1);

    /// <summary>Gives the URL's values; defaults are left out.</summary>
    public static Dictionary<string, object?> Write(ImageQuery query) => new(StringComparer.Ordinal)
    {
        ["q"] = query.Text.Length == 0 ? null : query.Text,
        ["sort"] = query is { Sort: ImageSort.Time, IsAscending: false } ? null : (query.IsAscending ? "" : "-") + query.Sort.ToString().ToLowerInvariant(),
        ["page"] = query.Page == 1 ? null : query.Page,
    };

    /// <summary>Sorts by a column, or turns the order that it has; the first page is shown again. Names begin with A, all else with the most.</summary>
    public static ImageQuery Turned(ImageQuery query, ImageSort sort) =>
        query with { Sort = sort, IsAscending = query.Sort == sort ? !query.IsAscending : sort is ImageSort.Name, Page = 1 };
}
