using System.Globalization;
using System.Text;

namespace Portal.Shared;

/// <summary>Fills the named values of a text: <c>{name}</c>.</summary>
public static class Sentence
{
    /// <summary>Fills the text; a name that the text does not have is left out, one that is not given stays visible.</summary>
    public static string With(string text, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var filled = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('{', at);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                return filled.Append(text, at, text.Length - at).ToString();
            }

            filled.Append(text, at, open - at).Append(Find(text[(open + 1)..close], values) ?? text[open..(close + 1)]);
            at = close + 1;
        }

        return filled.ToString();
    }

    /// <summary>Chooses the text for one, or for none and many, and fills <c>{count}</c>.</summary>
    public static string Count(int count, string one, string many, params ReadOnlySpan<(string Name, object? Value)> values) =>
        With((count == 1 ? one : many).Replace("{count}", count.ToString("N0", CultureInfo.CurrentCulture), StringComparison.Ordinal), values);

    private static string? Find(string name, ReadOnlySpan<(string Name, object? Value)> values)
    {
        foreach (var (given, value) in values)
        {
            if (given == name)
            {
                return Convert.ToString(value, CultureInfo.CurrentCulture) ?? "";
            }
        }

        return null;
    }
}
