using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Storage;

namespace Portal.Monitoring.Alerts;

/// <summary>Where the clusters' Alertmanagers tell what fires and what is over.</summary>
internal static class AlertRoutes
{
    /// <summary>The receiver.</summary>
    public const string Webhook = "/api/alertmanager/webhook";

    private const int MaxBytes = 1024 * 1024;
    private const string Scheme = "Bearer ";

    /// <summary>Maps it. The token is the only credential: no cookie counts here.</summary>
    public static void MapAlerts(this WebApplication app) => app.MapPost(Webhook, ReceiveAsync).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> ReceiveAsync(HttpContext context, IClusterAlerts alerts)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";
        try
        {
            // Who is not known is not read.
            if (token.Length is 0 or > 256 || !await alerts.IsKnownAsync(token, context.RequestAborted))
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return Results.StatusCode(StatusCodes.Status401Unauthorized);
            }

            return await BodyAsync(context) is not { } body ? Results.StatusCode(StatusCodes.Status413PayloadTooLarge)
                : await alerts.ReceiveAsync(token, body, context.RequestAborted) switch
                {
                    AlertReceipt.Kept => Results.NoContent(),
                    AlertReceipt.NotUnderstood => Results.StatusCode(StatusCodes.Status400BadRequest),
                    _ => Results.StatusCode(StatusCodes.Status401Unauthorized),
                };
        }
        catch (StorageException)
        {
            // Alertmanager tries again after a 5xx.
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<byte[]?> BodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxBytes;
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return body.ToArray();
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }
}
