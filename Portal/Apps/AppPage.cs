using System.Net;
using Portal.Core.Kubernetes;
using Portal.Security;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Apps;

/// <summary>The portal's own small pages on programs' hosts: what is wrong, what to do, and a way back.</summary>
internal static class AppPage
{
    private const string Style = "body{font:15px/22px system-ui,sans-serif;max-width:60ch;margin:12vh auto;padding:0 20px}h1{font-size:20px;line-height:28px}a{display:inline-block;margin:8px 16px 0 0}:root{color-scheme:light dark}";

    /// <summary>Writes one; for what is no page, a line of text.</summary>
    /// <param name="context">Request.</param>
    /// <param name="trouble">Why.</param>
    /// <param name="app">The program, where it is known.</param>
    /// <param name="links">Where to go: words and addresses.</param>
    /// <param name="status">Status in place of the usual one.</param>
    public static Task WriteAsync(HttpContext context, AppTrouble trouble, ClusterApp? app, IReadOnlyList<(string Words, string Address)> links, int? status = null)
    {
        var response = context.Response;
        response.StatusCode = status ?? StatusOf(trouble);
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        if (trouble is AppTrouble.TooMany)
        {
            response.Headers.RetryAfter = "10";
        }

        var (title, text) = WordsOf(trouble, app?.ToString() ?? AppsText.TheProgram);
        if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "text/plain; charset=utf-8";
            return response.WriteAsync($"{title} {text}\n", context.RequestAborted);
        }

        var nonce = new CspNonce().Value;
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
        response.ContentType = "text/html; charset=utf-8";
        var list = string.Concat(links.Select(l => $"<a href=\"{WebUtility.HtmlEncode(l.Address)}\">{WebUtility.HtmlEncode(l.Words)}</a>"));
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="{Languages.Current}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>{WebUtility.HtmlEncode(title)}</title><style nonce="{nonce}">{Style}</style></head>
            <body><main><h1>{WebUtility.HtmlEncode(title)}</h1><p>{WebUtility.HtmlEncode(text)}</p><p>{list}</p></main></body></html>
            """, context.RequestAborted);
    }

    private static int StatusOf(AppTrouble trouble) => trouble switch
    {
        AppTrouble.NoSuchHost or AppTrouble.NotInstalled or AppTrouble.NoCluster => StatusCodes.Status404NotFound,
        AppTrouble.SignedOut => StatusCodes.Status401Unauthorized,
        AppTrouble.CodeSpent => StatusCodes.Status400BadRequest,
        AppTrouble.NotAllowed or AppTrouble.NotHandedOn or AppTrouble.OtherBrowser => StatusCodes.Status403Forbidden,
        AppTrouble.TooMany => StatusCodes.Status429TooManyRequests,
        AppTrouble.TooLarge => StatusCodes.Status413PayloadTooLarge,
        AppTrouble.Silent => StatusCodes.Status504GatewayTimeout,
        AppTrouble.NoIdentity => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status502BadGateway,
    };

    private static (string Title, string Text) WordsOf(AppTrouble trouble, string app)
    {
        var (title, text) = trouble switch
        {
            AppTrouble.NoSuchHost => (AppsText.NoSuchHost, AppsText.NoSuchHostWhy),
            AppTrouble.SignedOut => (AppsText.SignedOut, AppsText.SignedOutWhy),
            AppTrouble.CodeSpent => (AppsText.CodeSpent, AppsText.CodeSpentWhy),
            AppTrouble.OtherBrowser => (AppsText.OtherBrowser, AppsText.OtherBrowserWhy),
            AppTrouble.NotAllowed => (AppsText.NotAllowed, AppsText.NotAllowedWhy),
            AppTrouble.NotHandedOn => (AppsText.NotHandedOn, AppsText.NotHandedOnWhy),
            AppTrouble.NotInstalled => (AppsText.NotInstalled, AppsText.NotInstalledWhy),
            AppTrouble.NoCluster => (AppsText.NoCluster, AppsText.NoClusterWhy),
            AppTrouble.TooMany => (AppsText.TooMany, AppsText.TooManyWhy),
            AppTrouble.TooLarge => (AppsText.TooLarge, AppsText.TooLargeWhy),
            AppTrouble.Silent => (AppsText.Silent, AppsText.SilentWhy),
            AppTrouble.NoIdentity => (AppsText.NoIdentity, AppsText.NoIdentityWhy),
            _ => (AppsText.NoAnswer, AppsText.NoAnswerWhy),
        };
        return (Sentence.With(title, ("app", app)), Sentence.With(text, ("app", app)));
    }
}
