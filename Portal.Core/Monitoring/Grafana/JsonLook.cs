using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Monitoring.Grafana;

/// <summary>Reads JSON that many versions of a program wrote: what is not there, or is something else, is nothing.</summary>
internal static class JsonLook
{
    /// <summary>Gives a property along a path of names, or an element that is undefined.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    /// <summary>Gives a text; numbers and truth values as they are written.</summary>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path) is var found ? found.ValueKind switch
    {
        JsonValueKind.String => found.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => found.GetRawText(),
        _ => null,
    } : null;

    /// <summary>Gives a number, also one that stands as text.</summary>
    public static double? Number(this JsonElement element, params ReadOnlySpan<string> path) =>
        double.TryParse(element.Text(path), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>Gives a whole number between bounds.</summary>
    public static int? Whole(this JsonElement element, string name, int least, int greatest) => element.Number(name) is { } number ? (int)Math.Clamp(number, least, greatest) : null;

    /// <summary>Gets whether it is true.</summary>
    public static bool Is(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path).ValueKind is JsonValueKind.True;

    /// <summary>Gets whether there is an object, or a list with something in it.</summary>
    public static bool Has(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is var found && (found.ValueKind is JsonValueKind.Object || (found.ValueKind is JsonValueKind.Array && found.GetArrayLength() > 0));

    /// <summary>Gives the objects of a list.</summary>
    public static IEnumerable<JsonElement> Objects(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Where(e => e.ValueKind is JsonValueKind.Object) : [];

    /// <summary>Gives the texts of a list, or the one text.</summary>
    public static ImmutableArray<string> Texts(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(e => e.Text()).OfType<string>()],
        var one => one.Text() is { } text ? [text] : [],
    };

    /// <summary>Gives the properties of an object.</summary>
    public static IEnumerable<JsonProperty> Properties(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Object } found ? found.EnumerateObject() : [];
}
