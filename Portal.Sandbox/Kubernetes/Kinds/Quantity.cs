using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>Amounts such as <c>100m</c> and <c>64Mi</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Units =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1000m), ("M", 1000000m), ("G", 1000000000m), ("T", 1000000000000m), ("P", 1000000000000000m), (string.Empty, 1m),
    ];

    public static decimal? Parse(string text)
    {
        var (suffix, factor) = Array.Find(Units, u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number * factor : null;
    }

    public static decimal Value(JsonNode? node) => node is null ? 0 : Parse(node.Text() ?? node.ToJsonString()) ?? 0;

    /// <summary>Writes an amount as the server does: the largest unit without a fraction.</summary>
    public static string Text(decimal value, bool binary)
    {
        if (value != 0 && value != decimal.Truncate(value))
        {
            return (value * 1000m).ToString("0.###", CultureInfo.InvariantCulture) + "m";
        }

        if (binary && value != 0)
        {
            foreach (var (suffix, factor) in Units.Take(5).Reverse().Where(u => value % u.Factor == 0))
            {
                return (value / factor).ToString("0", CultureInfo.InvariantCulture) + suffix;
            }
        }

        foreach (var (suffix, factor) in Units.Skip(8).Take(5).Reverse().Where(u => !binary && value != 0 && value % u.Factor == 0))
        {
            return (value / factor).ToString("0", CultureInfo.InvariantCulture) + suffix;
        }

        return value.ToString("0", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the amounts of a map in their normal form; what is no amount is left for validation.</summary>
    public static void Normalize(JsonObject? map)
    {
        foreach (var (name, node) in map?.ToList() ?? [])
        {
            var text = node.Text() ?? node?.ToJsonString() ?? string.Empty;
            if (Parse(text) is { } value)
            {
                map![name] = Text(value, text.EndsWith('i'));
            }
        }
    }
}
