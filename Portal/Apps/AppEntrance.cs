using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;

namespace Portal.Apps;

/// <summary>
/// The portal's own paths on a program's host. First the browser gets a nonce and is led back to the portal with its seal; then it
/// brings a code made for that seal, which becomes the cookie. So nobody is let in by a code that another browser asked for.
/// </summary>
internal sealed class AppEntrance(AppWays ways, AppNonces nonces, AppTickets tickets, IAppCodes codes)
{
    /// <summary>Answers; null where it is none of these paths.</summary>
    public Task? Answer(HttpContext context, string label, ClusterApp? app)
    {
        var path = context.Request.Path;
        var begins = path.Equals(AppPaths.Begin, StringComparison.OrdinalIgnoreCase);
        if (!begins && !path.Equals(AppPaths.Enter, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";

        // Somebody goes this way; a picture or a frame of some page does not.
        return !HttpMethods.IsGet(context.Request.Method) || context.Request.Headers["Sec-Fetch-Dest"].ToString() is not ("" or "document")
            ? AppPage.WriteAsync(context, AppTrouble.NotHandedOn, app, [])
            : begins ? BeginAsync(context, label, app) : EnterAsync(context, label, app);
    }

    private Task BeginAsync(HttpContext context, string label, ClusterApp? app)
    {
        if (ways.ReadBegun(context.Request.Query["way"].ToString(), label) is not { } way)
        {
            return AppPage.WriteAsync(context, AppTrouble.CodeSpent, app, AppHost.Links(tickets.Read(context, label), null));
        }

        var back = AppRoutes.Open(way.ProjectId, way.ClusterId, way.App, AppPaths.Local(context.Request.Query["path"]));
        context.Response.Redirect($"{way.Portal}{back}&seal={Uri.EscapeDataString(ways.Seal(way, nonces.Give(context)))}");
        return Task.CompletedTask;
    }

    private async Task EnterAsync(HttpContext context, string label, ClusterApp? app)
    {
        var query = context.Request.Query;
        var own = nonces.Of(context);
        var entry = await codes.TakeAsync(query["code"].ToString(), label, [.. own.Values], context.RequestAborted);
        if (entry.Visit is not { } visit)
        {
            await AppPage.WriteAsync(context, entry.IsOtherBrowsers ? AppTrouble.OtherBrowser : AppTrouble.CodeSpent, app, AppHost.Links(tickets.Read(context, label), null));
            return;
        }

        nonces.Remove(context, own.Where(n => n.Value == entry.Nonce).Select(n => n.Key));
        tickets.Write(context, visit);
        context.Response.Redirect(AppPaths.Local(query["path"]));
    }
}
