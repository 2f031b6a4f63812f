using Portal.Core.Live;

namespace Portal.Shared;

/// <summary>A state in words: silhouette and colour by kind, the word, and what a pointer shows (the backend's own word).</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Word">The word, from the texts.</param>
/// <param name="Raw">The backend's own status, or null.</param>
public sealed record StateWord(StateKind Kind, string Word, string? Raw = null)
{
    /// <summary>Gives the CSS class of a kind's colour.</summary>
    public static string ColourOf(StateKind kind) => kind switch
    {
        StateKind.Ok => "ok",
        StateKind.Run => "run",
        StateKind.Warn or StateKind.Retry => "warn",
        StateKind.Fail => "fail",
        StateKind.You => "you",
        _ => "idle",
    };
}
