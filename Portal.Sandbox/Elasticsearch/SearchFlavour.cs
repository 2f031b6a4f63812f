using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Sandbox.Kubernetes.Programs;

namespace Portal.Sandbox.Elasticsearch;

/// <summary>Which search server an image is, and in what its answers differ: Elasticsearch 7, 8 and 9, OpenSearch.</summary>
internal sealed record SearchFlavour(bool IsOpenSearch, int Major, int Minor, string Version)
{
    public static SearchFlavour Default { get; } = Of("elasticsearch", "8.19.2");

    /// <summary>Gets the user who may do everything.</summary>
    public string Superuser => IsOpenSearch ? "admin" : "elastic";

    /// <summary>Gets the variable with that user's first password.</summary>
    public string PasswordVariable => IsOpenSearch ? "OPENSEARCH_INITIAL_ADMIN_PASSWORD" : "ELASTIC_PASSWORD";

    /// <summary>Gets whether answers say what they come from: since 7.14, and never from OpenSearch.</summary>
    public bool SaysProduct => !IsOpenSearch && IsSince(7, 14);

    /// <summary>Gets the word for the length up to which a highlight looks at a field, or null where there is none yet.</summary>
    public string? HighlightLimit => IsOpenSearch ? IsSince(2, 2) ? "max_analyzer_offset" : null : IsSince(7, 12) ? "max_analyzed_offset" : null;

    /// <summary>Gets whether searches at a point in time get a tie-breaker that nobody asked for.</summary>
    public bool BreaksTies => !IsOpenSearch && IsSince(7, 12);

    public static SearchFlavour Of(string image, string tag)
    {
        var parts = tag.Split('.', '-');
        int Number(int at) => parts.Length > at && int.TryParse(parts[at], CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(image == "opensearch", Number(0), Number(1), tag);
    }

    /// <summary>Gives the vendor's media type that a request asks for, or null; and the refusal when this server does not speak it.</summary>
    public (string? Type, PodAnswer? Refusal) Media(PodQuestion question)
    {
        var headers = new[] { question.Headers.GetValueOrDefault("Accept"), question.Headers.GetValueOrDefault("Content-Type") };
        var vendor = headers.FirstOrDefault(h => h?.Contains("vnd.elasticsearch+", StringComparison.Ordinal) == true);
        if (vendor is null)
        {
            return (null, null);
        }

        var asked = Regex.Match(vendor, @"compatible-with=(\d+)", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        if (IsOpenSearch || !IsSince(7, 11))
        {
            return (null, PodAnswer.Json(406, new System.Text.Json.Nodes.JsonObject { ["error"] = $"Content-Type header [{vendor}] is not supported", ["status"] = 406 }));
        }

        return asked == Major || asked == Major - 1
            ? ($"application/vnd.elasticsearch+json;compatible-with={asked}", null)
            : (null, ElasticsearchAnswer.Error(400, "media_type_header_exception", "Invalid media-type value on headers [Accept, Content-Type]"));
    }

    /// <summary>Refuses a request without good credentials.</summary>
    public PodAnswer Unauthorized(string reason) => !IsOpenSearch ? ElasticsearchAnswer.Unauthorized(reason)
        : PodAnswer.Text(401, "Unauthorized").With("WWW-Authenticate", "Basic realm=\"OpenSearch Security\"");

    /// <summary>Refuses what a user may not do.</summary>
    public PodAnswer Forbidden(string user, string action, string? index) => ElasticsearchAnswer.Error(403, "security_exception", IsOpenSearch
        ? $"no permissions for [{action}] and User [name={user}, backend_roles=[], requestedTenant=null]"
        : $"action [{action}] is unauthorized for user [{user}] with effective roles []{(index is null ? string.Empty : $" on indices [{index}]")}");

    private bool IsSince(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;
}
