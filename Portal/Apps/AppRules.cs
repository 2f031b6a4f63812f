using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Kubernetes;

namespace Portal.Apps;

/// <summary>What of a program is not handed on, whoever asks.</summary>
internal static class AppRules
{
    // What changes Prometheus, and what looks into its process.
    private static readonly PathString[] NotOfPrometheus = ["/-", "/api/v1/admin", "/debug"];

    // Prometheus' page asks these with a form where it is long; they read, however they are asked.
    private static readonly string[] AskedByForm = ["/api/v1/query", "/api/v1/query_range", "/api/v1/query_exemplars", "/api/v1/labels", "/api/v1/series", "/api/v1/format_query", "/api/v1/parse_query"];

    /// <summary>Gives the status with which a request is refused, or null.</summary>
    public static int? Refusal(HttpRequest request, ClusterApp app) =>
        // What is looked at here is the path; what is handed on is how it was written.
        request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is not ['/', ..] ? StatusCodes.Status400BadRequest
        : IsForeign(request) ? StatusCodes.Status403Forbidden

        // None of the three programs' pages needs them, and CORS does not cover them.
        : HttpMethods.IsConnect(request.Method) || request.Headers.Upgrade.Count > 0 ? StatusCodes.Status501NotImplemented
        : HttpMethods.IsTrace(request.Method) ? StatusCodes.Status405MethodNotAllowed

        // A worker would go on answering for the program when nobody is signed in.
        : request.Headers["Service-Worker"].Count > 0 ? StatusCodes.Status403Forbidden
        : app is ClusterApp.Prometheus ? OfPrometheus(request) : null;

    private static int? OfPrometheus(HttpRequest request) =>
        !IsRead(request) && !IsReadByForm(request) ? StatusCodes.Status405MethodNotAllowed
        : NotOfPrometheus.Any(p => Folded(request.Path).StartsWithSegments(p, StringComparison.OrdinalIgnoreCase)) ? StatusCodes.Status403Forbidden : null;

    /// <summary>Another site's page may lead here, and do nothing else: hosts of one domain are one site to browsers, so SameSite does not keep them apart.</summary>
    private static bool IsForeign(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var leads = IsRead(request) && request.Headers["Sec-Fetch-Mode"].ToString() is "navigate" && request.Headers["Sec-Fetch-Dest"].ToString() is "document" or "";
        if (site is "cross-site" or "same-site" && !leads)
        {
            return true;
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) && !IsRead(request);
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    // As it was written: nothing in it may mean something else to Prometheus.
    private static bool IsReadByForm(HttpRequest request) => HttpMethods.IsPost(request.Method)
        && request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0] is { } path && AskedByForm.Contains(path);

    // Programs may take several slashes for one, and decode what is encoded twice.
    private static PathString Folded(PathString path)
    {
        var text = path.Value ?? "/";
        for (var turn = 0; turn < 3 && text.Contains('%', StringComparison.Ordinal); turn++)
        {
            text = Uri.UnescapeDataString(text);
        }

        var parts = new List<string>();
        foreach (var part in text.Split('/', '\\'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
