using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Magnum;

/// <summary>Checks a body as WSME does: names first, then types, then ranges.</summary>
internal sealed partial class Fields(JsonObject body, string argument)
{
    /// <summary>Refuses attributes that the type does not have.</summary>
    public Fields Only(IReadOnlyCollection<string> known)
    {
        if (body.Select(p => p.Key).FirstOrDefault(k => !known.Contains(k)) is { } unknown)
        {
            throw new MagnumException(400, $"Unknown attribute for argument {argument}: {unknown}");
        }

        return this;
    }

    /// <summary>Reads a whole number; texts of digits are taken.</summary>
    public int? Integer(string name, int? minimum = null)
    {
        if (body[name] is not { } node)
        {
            return null;
        }

        if (!TryInteger(node, out var value))
        {
            throw MagnumException.Invalid(argument, PythonText.Repr(body), node.GetValueKind() == JsonValueKind.String
                ? $"invalid literal for int() with base 10: {PythonText.Repr(node)}"
                : $"int() argument must be a string, a bytes-like object or a real number, not '{PythonText.TypeOf(node)}'");
        }

        return minimum is { } least && value < least
            ? throw MagnumException.Invalid(name, value.ToString(CultureInfo.InvariantCulture), $"Value should be greater or equal to {least}")
            : value;
    }

    public string? Text(string name, int maximum = 255)
    {
        if (body[name] is not { } node)
        {
            return null;
        }

        if (node.GetValueKind() != JsonValueKind.String)
        {
            throw MagnumException.Invalid(name, PythonText.Str(node), $"Wrong type. Expected '<class 'str'>', got '<class '{PythonText.TypeOf(node)}'>'");
        }

        var text = node.GetValue<string>();
        return text.Length > maximum ? throw MagnumException.Invalid(name, text, $"Value should have a maximum character requirement of {maximum}")
            : text.Length == 0 ? throw MagnumException.Invalid(name, text, "Value should have a minimum character requirement of 1") : text;
    }

    public string? Name()
    {
        var name = Text("name", 242);
        return name is null || Pattern().IsMatch(name) ? name
            : throw MagnumException.Invalid("name", name, "Value should match the pattern ^[a-zA-Z][a-zA-Z0-9_.-]*$");
    }

    public bool? Flag(string name) => body[name] switch
    {
        null => null,
        { } node when node.GetValueKind() is JsonValueKind.True or JsonValueKind.False => node.GetValue<bool>(),
        { } node => PythonText.Str(node).ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "on" or "1" => true,
            "false" or "f" or "no" or "n" or "off" or "0" => false,
            var other => throw MagnumException.Invalid(name, other, $"Unrecognized value '{other}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"),
        },
    };

    public Dictionary<string, string>? Labels(string name = "labels") => body[name] switch
    {
        null => null,
        JsonObject map => LabelMaps.Read(map),
        { } other => throw MagnumException.Invalid(argument, PythonText.Repr(body), $"Value not a valid dict: {PythonText.Str(other)}"),
    };

    public string? OneOf(string name, params string[] allowed) => Text(name) is not { } value ? null
        : allowed.Contains(value) ? value : throw MagnumException.Invalid(name, value, $"Value should be one of: {string.Join(", ", allowed)}");

    private static bool TryInteger(JsonNode node, out int value)
    {
        value = 0;
        return node.GetValueKind() switch
        {
            JsonValueKind.Number => int.TryParse(node.ToJsonString(), CultureInfo.InvariantCulture, out value),
            JsonValueKind.String => int.TryParse(node.GetValue<string>(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
            _ => false,
        };
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9_.-]*$")]
    private static partial Regex Pattern();
}
