using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Magnum;

/// <summary>Values as Python prints them; Magnum puts them so into its messages.</summary>
internal static class PythonText
{
    /// <summary>Gives <c>str(value)</c>.</summary>
    public static string Str(JsonNode? value) => value is JsonValue v && v.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : Repr(value);

    /// <summary>Gives <c>repr(value)</c>.</summary>
    public static string Repr(JsonNode? value) => value switch
    {
        null => "None",
        JsonObject map => "{" + string.Join(", ", map.Select(p => $"{Quote(p.Key)}: {Repr(p.Value)}")) + "}",
        JsonArray list => "[" + string.Join(", ", list.Select(Repr)) + "]",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => Quote(value.GetValue<string>()),
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => value.ToJsonString(),
        },
    };

    /// <summary>Gives the name of Python's type.</summary>
    public static string TypeOf(JsonNode? value) => value switch
    {
        null => "NoneType",
        JsonObject => "dict",
        JsonArray => "list",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => "str",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "float" : "int",
        },
    };

    public static string Quote(string text)
    {
        var mark = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        var quoted = new StringBuilder().Append(mark);
        foreach (var c in text)
        {
            quoted.Append(c switch { '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ when c == mark => "\\" + c, _ => c.ToString() });
        }

        return quoted.Append(mark).ToString();
    }

    /// <summary>Reads a map given as text, JSON or Python's own notation; null when it is neither.</summary>
    public static JsonObject? ReadMap(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return ReadPython(text);
        }
    }

    private static JsonObject? ReadPython(string text)
    {
        // A literal of plain texts becomes JSON when its quotes do.
        if (text.Contains('"') || !text.TrimStart().StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(text.Replace('\'', '"').Replace(": None", ": null", StringComparison.Ordinal).Replace(": True", ": true", StringComparison.Ordinal).Replace(": False", ": false", StringComparison.Ordinal)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
