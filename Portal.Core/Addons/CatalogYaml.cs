using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Core.Addons;

/// <summary>The catalog's files: placeholders, and YAML as JSON.</summary>
internal static partial class CatalogYaml
{
    /// <summary>Says whether a condition holds, its placeholders put in: <c>value = one | other</c> or <c>value != one</c>.</summary>
    public static bool Holds(string condition)
    {
        var match = Condition().Match(condition);
        var others = match.Groups[3].Value.Split('|', StringSplitOptions.TrimEntries);
        return match.Success && (match.Groups[2].Value == "=") == others.Contains(match.Groups[1].Value.Trim(), StringComparer.Ordinal);
    }

    /// <summary>Puts values in place of <c>${name}</c>; <c>$${name}</c> stays as <c>${name}</c> for the program that reads the file.</summary>
    /// <exception cref="FormatException">A name has no value.</exception>
    public static string Fill(string addon, string text, IReadOnlyDictionary<string, string> values) => Placeholder().Replace(text, match =>
        match.Value.StartsWith("$$", StringComparison.Ordinal) ? match.Value[1..]
        : values.TryGetValue(match.Groups[1].Value, out var value) ? value
        : throw new FormatException($"{addon}: no value for {match.Value}."));

    /// <summary>Reads the documents of a file.</summary>
    /// <exception cref="FormatException">It is no YAML.</exception>
    public static IReadOnlyList<JsonObject> Read(string addon, string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return [.. stream.Documents.Select(d => Node(d.RootNode)).OfType<JsonObject>()];
        }
        catch (YamlException e)
        {
            throw new FormatException($"{addon}: {e.Message}", e);
        }
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Node(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => null,
    };

    private static JsonValue? Plain(string? text) => text switch
    {
        null or "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex(@"^(.*?)\s*(!=|=)\s*([^=]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    [GeneratedRegex(@"\$?\$\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
