using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Delivery.Apps;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Apps;

/// <summary>What is changed in a request on its way to a program, and in the answer on its way back.</summary>
/// <param name="way">The way.</param>
/// <param name="refused">Called when the program does not take the portal's login.</param>
internal sealed class AppTransformer(AppWay way, Action refused) : HttpTransformer
{
    // Of the browser's connection with the portal, not of the program's with anybody.
    private static readonly string[] NotHandedOn = ["Authorization", "Cookie", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-User", "X-Real-IP", "Proxy-Authorization"];

    // A program speaks for its own host only, and not for how the portal's domain is reached.
    private static readonly string[] NotHandedBack = ["Strict-Transport-Security", "Service-Worker-Allowed", "Clear-Site-Data", "Public-Key-Pins", "Expect-CT", "NEL", "Report-To", "Alt-Svc", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers"];

    /// <inheritdoc />
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        proxyRequest.RequestUri = new Uri(destinationPrefix + httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var headers = proxyRequest.Headers;
        foreach (var name in NotHandedOn)
        {
            headers.Remove(name);
        }

        if (CookiesOf(request) is { Length: > 0 } cookies)
        {
            headers.TryAddWithoutValidation("Cookie", cookies);
        }

        headers.Host = request.Host.Value;
        headers.Authorization = way.Login;
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.Value);
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-For", httpContext.Connection.RemoteIpAddress?.ToString() ?? "unknown");
    }

    /// <inheritdoc />
    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var goesOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        if (way.Login is not null && httpContext.Response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            refused();

            // The browser would ask the person for a password that is nobody's.
            headers.WWWAuthenticate = default;
        }

        foreach (var name in NotHandedBack)
        {
            headers.Remove(name);
        }

        if (headers.SetCookie.Count > 0)
        {
            headers.SetCookie = headers.SetCookie.OfType<string>().Where(c => !AppTickets.IsPortals(c.AsSpan(0, Math.Max(0, c.IndexOf('=', StringComparison.Ordinal))))).Select(WithoutDomain).ToArray();
        }

        // Beside the program's own policy: browsers keep to both.
        headers.Append("Content-Security-Policy", "frame-ancestors 'self'");
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return goesOn;
    }

    /// <summary>Gives a request's cookies without the portal's.</summary>
    internal static string CookiesOf(HttpRequest request) => string.Join("; ", request.Headers.Cookie.OfType<string>()
        .SelectMany(c => c.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Where(c => !AppTickets.IsPortals(c.Split('=')[0])));

    // Below the domain are other clusters' hosts.
    private static string WithoutDomain(string cookie) => string.Join("; ", cookie.Split(';', StringSplitOptions.TrimEntries)
        .Where((part, place) => place == 0 || !part.Split('=')[0].Trim().Equals("Domain", StringComparison.OrdinalIgnoreCase)));
}
