using System.Text.RegularExpressions;

namespace Portal.Core.Registry.Settings;

/// <summary>Harbor's patterns of names: <c>*</c> is anything but a slash, <c>**</c> anything, <c>?</c> one sign, <c>{a,b}</c> one of them.</summary>
public static partial class RegistryPattern
{
    /// <summary>Longest pattern.</summary>
    public const int MostLength = 255;

    /// <summary>Matches every name.</summary>
    public const string All = "**";

    /// <summary>Says whether it can be a pattern of repositories or tags.</summary>
    public static bool IsValid(string pattern) => pattern.Length <= MostLength && Shape().IsMatch(pattern) && HasWholeBraces(pattern);

    private static bool HasWholeBraces(string pattern)
    {
        var depth = 0;
        foreach (var sign in pattern)
        {
            depth += sign switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth is < 0 or > 1)
            {
                return false;
            }
        }

        return depth == 0;
    }

    [GeneratedRegex(@"^[A-Za-z0-9._/*?{},-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
