using System.Globalization;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>What people mean by a threshold's colour.</summary>
internal static class Colours
{
    /// <summary>Gives the level of a colour's name (<c>dark-red</c>), hexadecimal (<c>#d44a3a</c>) or <c>rgba(…)</c> form.</summary>
    public static GrafanaLevel Level(string? colour) => colour switch
    {
        null or "" or "transparent" or "text" => GrafanaLevel.Plain,
        _ when colour.Contains("red", StringComparison.OrdinalIgnoreCase) => GrafanaLevel.Bad,
        _ when colour.Contains("orange", StringComparison.OrdinalIgnoreCase) || colour.Contains("yellow", StringComparison.OrdinalIgnoreCase) => GrafanaLevel.Warning,
        _ when colour.Contains("green", StringComparison.OrdinalIgnoreCase) => GrafanaLevel.Good,
        _ => Parts(colour) is { } parts ? Hue(parts) : GrafanaLevel.Plain,
    };

    private static (double Red, double Green, double Blue)? Parts(string colour)
    {
        if (colour is ['#', ..] && colour.Length >= 7 && int.TryParse(colour.AsSpan(1, 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var rgb))
        {
            return (rgb >> 16, (rgb >> 8) & 255, rgb & 255);
        }

        var open = colour.IndexOf('(', StringComparison.Ordinal);
        var numbers = open > 0 && colour.StartsWith("rgb", StringComparison.OrdinalIgnoreCase)
            ? colour[(open + 1)..].TrimEnd(')').Split(',').Select(p => double.TryParse(p, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : -1).ToArray() : [];
        return numbers is [>= 0 and var red, >= 0 and var green, >= 0 and var blue, ..] ? (red, green, blue) : null;
    }

    // Only what is clearly red, amber or green means something.
    private static GrafanaLevel Hue((double Red, double Green, double Blue) colour)
    {
        var (red, green, blue) = colour;
        var (most, least) = (Math.Max(red, Math.Max(green, blue)), Math.Min(red, Math.Min(green, blue)));
        if (most - least < 50)
        {
            return GrafanaLevel.Plain;
        }

        return red >= most ? green < (red * 0.48) ? blue < red * 0.6 ? GrafanaLevel.Bad : GrafanaLevel.Plain : GrafanaLevel.Warning
            : green >= most && blue < green * 0.85 ? GrafanaLevel.Good : GrafanaLevel.Plain;
    }
}
