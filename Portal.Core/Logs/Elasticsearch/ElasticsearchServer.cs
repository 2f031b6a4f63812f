using System.Globalization;
using System.Text.Json;

namespace Portal.Core.Logs.Elasticsearch;

/// <summary>Which search server answers, by <c>GET /</c>.</summary>
/// <param name="IsOpenSearch">Whether it is OpenSearch; its version numbers began again at 1.</param>
/// <param name="Major">Major version.</param>
/// <param name="Minor">Minor version.</param>
public sealed record ElasticsearchServer(bool IsOpenSearch, int Major, int Minor)
{
    /// <summary>Gets the name of its maker and its version: <c>Elasticsearch 8.19</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{(IsOpenSearch ? "OpenSearch" : "Elasticsearch")} {Major}.{Minor}");

    /// <summary>Gets the word for the length up to which a highlight looks at a message, or null where there is none: without it a long message fails the search.</summary>
    internal string? HighlightLimit => IsOpenSearch ? (Major, Minor).CompareTo((2, 2)) >= 0 ? "max_analyzer_offset" : null
        : (Major, Minor).CompareTo((7, 12)) >= 0 ? "max_analyzed_offset" : null;

    /// <summary>Reads the answer of <c>GET /</c>; what is not understood counts as Elasticsearch 7.0, whose requests all understand.</summary>
    internal static ElasticsearchServer Read(JsonElement root)
    {
        var version = root.ValueKind is JsonValueKind.Object && root.TryGetProperty("version", out var found) ? found : default;
        string Text(string name) => version.ValueKind is JsonValueKind.Object && version.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
        var parts = Text("number").Split('.', '-');
        int Number(int at, int otherwise) => parts.Length > at && int.TryParse(parts[at], CultureInfo.InvariantCulture, out var number) ? number : otherwise;
        return new(Text("distribution") == "opensearch", Number(0, 7), Number(1, 0));
    }
}
