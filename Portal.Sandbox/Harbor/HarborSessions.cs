using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Portal.Sandbox.Harbor;

/// <summary>
/// The cookie trap: every answer to a request without a <c>sid</c> cookie sets one, and who sends it falls under CSRF
/// protection, basic auth or not.
/// </summary>
internal sealed class HarborSessions
{
    private readonly ConcurrentDictionary<string, long> users = new(StringComparer.Ordinal);

    public static string? Cookie(HttpRequest request, string name)
    {
        foreach (var part in request.Headers.Cookie.ToString().Split(';', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[..equals] == name)
            {
                return part[(equals + 1)..];
            }
        }

        return null;
    }

    /// <summary>Gives the user who logged in with this session, or null.</summary>
    public long? UserOf(HttpRequest request) => Cookie(request, "sid") is { } sid && users.TryGetValue(sid, out var id) ? id : null;

    public void Begin(HttpResponse response, long userId)
    {
        var sid = NewId();
        users[sid] = userId;
        SetSid(response, sid);
    }

    public void End(HttpRequest request)
    {
        if (Cookie(request, "sid") is { } sid)
        {
            users.TryRemove(sid, out _);
        }
    }

    public static void SetSid(HttpResponse response, string? sid = null) =>
        response.Headers.SetCookie = $"sid={sid ?? NewId()}; Path=/; HttpOnly";

    /// <summary>Applies the protection; gives false when the request must be refused.</summary>
    public static bool PassesCsrf(HttpContext http, DateTimeOffset now)
    {
        var real = Cookie(http.Request, "_gorilla_csrf");
        var known = real is not null && real.Length > 0;
        if (!known)
        {
            real = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
            var end = now.AddHours(12).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            http.Response.Headers.SetCookie = $"_gorilla_csrf={real}; Path=/; Expires={end}; Max-Age=43200; HttpOnly; SameSite=Strict";
        }

        http.Response.Headers["X-Harbor-Csrf-Token"] = Mask(real!);
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method);
        if (!safe && !(known && Unmask(http.Request.Headers["X-Harbor-Csrf-Token"].ToString()) == real))
        {
            return false;
        }

        http.Response.Headers.Vary = "Cookie";
        return true;
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Tokens are the cookie's secret under a one-time pad, so that no two are alike.</summary>
    private static string Mask(string real)
    {
        var secret = FromBase64(real);
        var pad = RandomNumberGenerator.GetBytes(secret.Length);
        return Convert.ToBase64String([.. pad, .. secret.Zip(pad, (a, b) => (byte)(a ^ b))]);
    }

    private static string? Unmask(string token)
    {
        var bytes = FromBase64(token);
        var half = bytes.Length / 2;
        return half == 0 ? null : Convert.ToBase64String([.. bytes.Take(half).Zip(bytes.Skip(half), (a, b) => (byte)(a ^ b))]);
    }

    private static byte[] FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : [];
    }
}
