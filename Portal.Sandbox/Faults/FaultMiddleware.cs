using Portal.Sandbox.Hosting;

namespace Portal.Sandbox.Faults;

/// <summary>Stands in front of every service: faults, and the gate for writes.</summary>
public static class FaultMiddleware
{
    /// <summary>Puts the faults of <paramref name="service"/> in front of what follows.</summary>
    public static void UseFaults(this IApplicationBuilder app, SandboxContext context, string service) =>
        app.Use(next => http => HandleAsync(http, next, context, service));

    private static async Task HandleAsync(HttpContext http, RequestDelegate next, SandboxContext context, string service)
    {
        var method = http.Request.Method;
        var path = http.Request.Path.Value ?? "/";
        if (context.Faults.Meet(service, method, path) is { } fault && await SpoilAsync(http, next, fault))
        {
            return;
        }

        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method))
        {
            await next(http);
            return;
        }

        var (before, after) = context.Writes.Pass(service, method, path);
        if (before)
        {
            context.Writes.Reach();
            await UntilGoneAsync(http);
            return;
        }

        if (after)
        {
            // Applied, but the answer never leaves: the body goes nowhere and the caller waits until it is gone.
            http.Response.Body = Stream.Null;
            await next(http);
            context.Writes.Reach();
            await UntilGoneAsync(http);
            return;
        }

        await next(http);
    }

    /// <summary>Gives true when the request is done with.</summary>
    private static async Task<bool> SpoilAsync(HttpContext http, RequestDelegate next, Fault fault)
    {
        switch (fault.Kind)
        {
            case "slow":
                await Task.Delay(fault.DelayMs, http.RequestAborted);
                return false;
            case "cut":
                http.Abort();
                return true;
            case "cut-answer":
                http.Response.Body = Stream.Null;
                await next(http);
                http.Abort();
                return true;
            case "cut-stream":
                _ = Task.Delay(fault.DelayMs).ContinueWith(_ => http.Abort(), TaskScheduler.Default);
                return false;
            case "stall":
                await StallAsync(http, next, fault);
                return true;
            case "hang":
                await UntilGoneAsync(http);
                return true;
            case "hang-answer":
                http.Response.Body = Stream.Null;
                await next(http);
                await UntilGoneAsync(http);
                return true;
            case "html":
                http.Response.StatusCode = 502;
                http.Response.ContentType = "text/html";
                await http.Response.WriteAsync("<html><body><h1>502 Bad Gateway</h1></body></html>");
                return true;
            default:
                await RefuseAsync(http.Response, fault);
                return true;
        }
    }

    private static Task RefuseAsync(HttpResponse response, Fault fault)
    {
        response.StatusCode = fault.Status;
        if (fault.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        response.ContentType = "text/plain";
        return response.WriteAsync($"sandbox fault {fault.Status}");
    }

    // Half open: it begins like a living stream, then nothing comes and nobody says so.
    private static async Task StallAsync(HttpContext http, RequestDelegate next, Fault fault)
    {
        using var stalled = new StallingStream(http.Response.Body, TimeSpan.FromMilliseconds(fault.DelayMs));
        http.Response.Body = stalled;
        await next(http);
        await UntilGoneAsync(http);
    }

    private static async Task UntilGoneAsync(HttpContext http)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the connection was closed for it.
        }
    }
}
