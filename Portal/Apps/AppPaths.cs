namespace Portal.Apps;

/// <summary>Paths on a program's host.</summary>
internal static class AppPaths
{
    /// <summary>What belongs to the portal on a program's host.</summary>
    public const string Own = "/.portal";

    /// <summary>Where a browser gets what shows later that it is the one that asked.</summary>
    public const string Begin = Own + "/begin";

    /// <summary>Where a code becomes a cookie.</summary>
    public const string Enter = Own + "/enter";

    private const int Longest = 6000;

    /// <summary>Gives a path (with query) of this very host, or its root: nothing leads elsewhere.</summary>
    public static string Local(string? path) =>
        path is { Length: > 0 and <= Longest } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\'))
            && path.All(c => c is > ' ' and < '\x7f' and not '\\') && !path.StartsWith(Own, StringComparison.OrdinalIgnoreCase)
            ? path
            : "/";
}
