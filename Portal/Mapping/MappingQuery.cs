using Portal.Core.Mapping.Comparison;
using Portal.Shared;

namespace Portal.Mapping;

/// <summary>Filter and page of the places, as the URL has them.</summary>
/// <param name="Text">Words in any visible field.</param>
/// <param name="State">State, or null for all.</param>
/// <param name="Domain">Domain's name, or null for all.</param>
/// <param name="Page">Page, from 1.</param>
public sealed record MappingQuery(string Text = "", PlaceState? State = null, string? Domain = null, int Page = 1)
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Reads the URL's values; what is unknown is left at its default.</summary>
    public static MappingQuery Read(string? text, string? state, string? domain, string? page) => new(
        text ?? "",
        Enum.TryParse<PlaceState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null,
        string.IsNullOrEmpty(domain) ? null : domain,
        int.TryParse(page, out var number) && number > 0 ? number : 1);

    /// <summary>Gives the URL's values; null for a default.</summary>
    public Dictionary<string, object?> Write() => new()
    {
        ["q"] = Text.Length == 0 ? null : Text,
        ["state"] = State?.ToString().ToLowerInvariant(),
        ["domain"] = Domain,
        ["page"] = Page == 1 ? null : Page,
    };

    /// <summary>Gives the places that match, of all pages.</summary>
    public IEnumerable<ComparedPlace> Apply(IEnumerable<ComparedPlace> places) =>
        places.Where(p => (State is null || p.State == State) && (Domain is null || p.Domain == Domain) && Matches(p));

    // Every word must be somewhere.
    private bool Matches(ComparedPlace place)
    {
        var words = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || Array.TrueForAll(words, word => Visible(place).Any(field => field?.Contains(word, StringComparison.CurrentCultureIgnoreCase) == true));
    }

    private static IEnumerable<string?> Visible(ComparedPlace place) =>
        [place.ProjectName, place.ProjectId, place.Domain, place.HarborProject, place.UserName, MappingWords.State(place.State).Word, .. place.Differences.Select(Reasons.Tell)];
}
