using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Core.Backends;

/// <summary>Makes URLs from endpoints that come with or without version and project.</summary>
internal static partial class BackendUrl
{
    public static string Of(BackendCall call, string endpoint)
    {
        var root = Root(call, endpoint);
        if (Uri.TryCreate(call.Path, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https")
        {
            return SameEndpoint(absolute, root);
        }

        var url = new StringBuilder(root).Append('/').Append(call.Path.TrimStart('/'));
        var separator = call.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in call.Query)
        {
            if (value is not null)
            {
                url.Append(separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return url.ToString().TrimEnd('/');
    }

    private static string Root(BackendCall call, string endpoint)
    {
        var project = call.Scope?.ProjectId ?? "";
        var root = ProjectPlaceholder().Replace(endpoint, project).TrimEnd('/');
        if (call.Version is { } version && !VersionSegment().IsMatch(new Uri(root).AbsolutePath))
        {
            root += "/" + version;
        }

        return call.ProjectInPath && !root.Contains(project, StringComparison.Ordinal) ? $"{root}/{project}" : root;
    }

    // A list's "next" may name a host that only the backend itself knows (behind a proxy): its path below the version
    // and its query are put to the endpoint that we were given, so that no token ever goes to another host.
    private static string SameEndpoint(Uri absolute, string root)
    {
        var given = new Uri(root);
        var path = absolute.AbsolutePath;
        var version = VersionSegment().Match(path);
        var below = version.Success && VersionSegment().IsMatch(given.AbsolutePath)
            ? given.AbsolutePath[..(VersionSegment().Match(given.AbsolutePath).Index + version.Length)].TrimEnd('/') + "/" + path[(version.Index + version.Length)..].TrimStart('/')
            : path;
        return given.GetLeftPart(UriPartial.Authority) + below + absolute.Query;
    }

    [GeneratedRegex(@"/v\d+(\.\d+)?(?=/|$)")]
    private static partial Regex VersionSegment();

    [GeneratedRegex(@"\{project_id\}|[%$]\((tenant_id|project_id)\)s")]
    private static partial Regex ProjectPlaceholder();
}
