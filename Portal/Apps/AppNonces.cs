using Portal.Core.Delivery.Apps;

namespace Portal.Apps;

/// <summary>
/// Nonces that a browser keeps on a program's host while it is on its way in: a cookie for each way, so that several tabs at once
/// do not take each other's.
/// </summary>
internal sealed class AppNonces(IHostEnvironment environment)
{
    /// <summary>How the cookies' names begin; without TLS in Development browsers would not take the prefix.</summary>
    public const string Name = "portal-way-";

    /// <summary>How many one browser has on one host; with one more all others end.</summary>
    public const int Most = 16;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private string Prefix => environment.IsDevelopment() ? Name : $"__Host-{Name}";

    /// <summary>Gives the browser a new one.</summary>
    public string Give(HttpContext context)
    {
        var before = Of(context);
        if (before.Count >= Most)
        {
            Remove(context, before.Keys);
        }

        var nonce = AppNonce.New();
        var shape = Shape();
        shape.MaxAge = Life;
        context.Response.Cookies.Append(Prefix + AppNonce.SealOf(nonce)[..16], nonce, shape);
        return nonce;
    }

    /// <summary>Gives what the browser has, by the cookies' names.</summary>
    public IReadOnlyDictionary<string, string> Of(HttpContext context) => context.Request.Cookies
        .Where(c => c.Key.StartsWith(Prefix, StringComparison.Ordinal) && c.Value.Length == AppNonce.Length).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);

    /// <summary>Takes cookies away.</summary>
    public void Remove(HttpContext context, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            context.Response.Cookies.Delete(name, Shape());
        }
    }

    private CookieOptions Shape() => new() { Path = "/", HttpOnly = true, IsEssential = true, Secure = !environment.IsDevelopment(), SameSite = SameSiteMode.Lax };
}
