using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Portal.Core.Delivery.Apps;

namespace Portal.Apps;

/// <summary>The cookie on a program's host: who looks, encrypted. It is worth what the portal's session is worth, no more and no longer.</summary>
internal sealed class AppTickets(IDataProtectionProvider protection, IHostEnvironment environment)
{
    private const string Name = "portal-app";
    private readonly IDataProtector protector = protection.CreateProtector("Portal.Apps.Ticket.v1");

    /// <summary>Gets the cookie's name; without TLS in Development browsers would not take the prefix.</summary>
    public string Cookie => environment.IsDevelopment() ? Name : $"__Host-{Name}";

    /// <summary>Says whether a cookie's name is one of the portal's, which programs neither get nor set.</summary>
    public static bool IsPortals(ReadOnlySpan<char> name) => name.Trim() is var bare
        && (bare.StartsWith("__Host-portal", StringComparison.OrdinalIgnoreCase) || bare.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || bare.StartsWith(AppNonces.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Gives the cookie to a browser, for this host alone.</summary>
    public void Write(HttpContext context, AppVisit visit) => context.Response.Cookies.Append(Cookie, protector.Protect(JsonSerializer.Serialize(visit)), Shape());

    /// <summary>Reads it; null where there is none, or none for this host.</summary>
    public AppVisit? Read(HttpContext context, string label)
    {
        if (context.Request.Cookies[Cookie] is not { Length: > 0 and < 4096 } text)
        {
            return null;
        }

        try
        {
            var visit = JsonSerializer.Deserialize<AppVisit>(protector.Unprotect(text));
            return visit?.Label == label ? visit : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private CookieOptions Shape() => new() { Path = "/", HttpOnly = true, IsEssential = true, Secure = !environment.IsDevelopment(), SameSite = SameSiteMode.Lax };
}
