namespace Portal.Security;

/// <summary>Gives every cookie of the portal the same shape.</summary>
internal static class PortalCookies
{
    /// <summary>
    /// <c>__Host-</c>, Secure, HttpOnly, Lax; when the portal may be framed None and Partitioned, else the browser keeps them back in a frame.
    /// In Development the name is plain and Secure follows the request, because there is no TLS.
    /// </summary>
    public static void Shape(CookieBuilder cookie, string name, SecurityOptions options, IHostEnvironment environment)
    {
        var framed = options.AllowedFrameAncestors.Count > 0;
        var plain = environment.IsDevelopment() && !framed;
        cookie.Name = plain ? name : $"__Host-{name}";
        cookie.Path = "/";
        cookie.HttpOnly = true;
        cookie.IsEssential = true;
        cookie.SecurePolicy = plain ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        cookie.SameSite = framed ? SameSiteMode.None : SameSiteMode.Lax;
        if (framed)
        {
            cookie.Extensions.Add("Partitioned");
        }
    }
}
