using System.Text;

namespace Portal.Core.Mapping;

/// <summary>Makes names that Harbor takes: lower case, digits, single separators inside.</summary>
internal static class HarborName
{
    private const int MaxLength = 63;

    /// <summary>Gives the names that a Keystone project may have in Harbor, best first; the last one is its own for certain.</summary>
    public static IEnumerable<string> Candidates(string projectName, string projectId)
    {
        var name = Of(projectName);
        var id = Of(projectId);
        if (name.Length > 0)
        {
            yield return name;
            yield return $"{name}-{id[..Math.Min(8, id.Length)]}";
        }

        yield return $"project-{id}";
    }

    /// <summary>Makes a valid name of any text; empty when nothing of it is left.</summary>
    public static string Of(string text)
    {
        var name = new StringBuilder();
        foreach (var letter in text.Normalize(NormalizationForm.FormD).ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(letter);
            }
            else if (char.GetUnicodeCategory(letter) is not System.Globalization.UnicodeCategory.NonSpacingMark && name.Length > 0 && char.IsAsciiLetterOrDigit(name[^1]))
            {
                name.Append(letter is '.' or '_' ? letter : '-');
            }
        }

        return name.ToString(0, Math.Min(name.Length, MaxLength)).TrimEnd('-', '.', '_');
    }

    /// <summary>Makes a real name that Harbor takes: without <c>, ~ # $ %</c>.</summary>
    public static string RealName(string projectName)
    {
        var safe = string.Concat(projectName.Where(c => !char.IsControl(c) && !",~#$%".Contains(c, StringComparison.Ordinal)));
        return "Project " + (safe.Length > 200 ? safe[..200] : safe);
    }
}
