using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Registry.Harbor;
using Portal.Core.Registry.Hooks;

namespace Portal.Registry;

/// <summary>Where Harbor's web hooks tell what changed.</summary>
internal static class HarborHookRoutes
{
    private const int MaxBytes = 1024 * 1024;
    private const string Scheme = "Bearer ";

    /// <summary>Maps it. The token is the only credential: no cookie counts here.</summary>
    public static void MapHarborHooks(this WebApplication app) => app.MapPost(HarborOptions.HookPath, ReceiveAsync).AllowAnonymous().DisableAntiforgery();

    private static async Task<IResult> ReceiveAsync(HttpContext context, IRegistryEvents events)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxBytes;
        }

        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            return await events.ReceiveAsync(header[Scheme.Length..].Trim(), body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted) switch
            {
                HookReceipt.Taken => Results.NoContent(),
                HookReceipt.NotUnderstood => Results.StatusCode(StatusCodes.Status400BadRequest),
                _ => Results.StatusCode(StatusCodes.Status401Unauthorized),
            };
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
        }
    }
}
