using Microsoft.Extensions.Options;
using Portal.Identity;

namespace Portal.Security;

/// <summary>Puts the security headers on every answer.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<SecurityOptions> security, IOptions<OidcOptions> oidc)
{
    private readonly string ancestors = string.Join(' ', ["'self'", .. security.Value.AllowedFrameAncestors]);
    private readonly bool framed = security.Value.AllowedFrameAncestors.Count > 0;
    private readonly string provider = new Uri(oidc.Value.Authority!).GetLeftPart(UriPartial.Authority);

    /// <summary>Handles a request.</summary>
    public Task InvokeAsync(HttpContext context, CspNonce nonce)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy(nonce.Value);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!framed)
        {
            headers.XFrameOptions = "SAMEORIGIN";
        }

        return next(context);
    }

    // Styles: MudBlazor writes style attributes. Forms: browsers apply form-action to the redirect after a post as well, and
    // the log-out form is answered with a redirect to the provider.
    private string Policy(string nonce) => string.Join("; ",
        "default-src 'self'",
        $"script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        $"form-action 'self' {provider}",
        $"frame-ancestors {ancestors}");
}
