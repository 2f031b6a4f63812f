using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Shell;

namespace Portal.Apps;

/// <summary>Answers everything on programs' hosts: a code becomes a cookie, and what comes with the cookie is handed on. Nothing of the portal is served here.</summary>
internal sealed class AppHost(AppHosts hosts, AppTickets tickets, AppGuard guard, AppLimits limits, AppForwarder forwarder, IAppCodes codes, IOptions<AppsOptions> options)
{
    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (hosts.LabelOf(request.Host) is not { } label)
        {
            await AppPage.WriteAsync(context, AppTrouble.NoSuchHost, null, []);
            return;
        }

        var visit = tickets.Read(context, label);
        using var lease = await limits.EnterAsync(visit?.UserId ?? context.Connection.RemoteIpAddress?.ToString() ?? "unknown", context.RequestAborted);
        await (!lease.IsAcquired ? AppPage.WriteAsync(context, AppTrouble.TooMany, visit?.App, Links(visit, null))
            : request.Path.Equals(AppPaths.Enter, StringComparison.OrdinalIgnoreCase) ? EnterAsync(context, label)
            : request.Path.StartsWithSegments(AppPaths.Own, StringComparison.OrdinalIgnoreCase) ? AppPage.WriteAsync(context, AppTrouble.NoSuchHost, visit?.App, Links(visit, null))
            : visit is null ? AppPage.WriteAsync(context, AppTrouble.SignedOut, AppOf(label), [])
            : VisitAsync(context, visit));
    }

    /// <summary>Gives the ways back to the portal.</summary>
    internal static IReadOnlyList<(string Words, string Address)> Links(AppVisit? visit, string? target) => visit is null ? [] : target is null
        ? [(AppsText.ToCluster, visit.Portal + ProjectRoutes.Cluster(visit.ProjectId, visit.ClusterId))]
        : [(AppsText.OpenAgain, visit.Portal + AppRoutes.Open(visit.ProjectId, visit.ClusterId, visit.App, target)), (AppsText.ToCluster, visit.Portal + ProjectRoutes.Cluster(visit.ProjectId, visit.ClusterId))];

    private static ClusterApp? AppOf(string label) => Enum.TryParse<ClusterApp>(label.Split('-')[0], ignoreCase: true, out var app) ? app : null;

    private async Task EnterAsync(HttpContext context, string label)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        var query = context.Request.Query;
        if (!HttpMethods.IsGet(context.Request.Method) || await codes.TakeAsync(query["code"].ToString(), label, context.RequestAborted) is not { } visit)
        {
            await AppPage.WriteAsync(context, AppTrouble.CodeSpent, AppOf(label), Links(tickets.Read(context, label), null));
            return;
        }

        tickets.Write(context, visit);
        context.Response.Redirect(AppPaths.Local(query["path"]));
    }

    private async Task VisitAsync(HttpContext context, AppVisit visit)
    {
        var here = AppPaths.Local(context.Request.Path.ToUriComponent() + context.Request.QueryString);
        try
        {
            if (await guard.EnterAsync(visit, context.RequestAborted) is not { } scope)
            {
                await AppPage.WriteAsync(context, AppTrouble.SignedOut, visit.App, Links(visit, here));
                return;
            }

            if (AppRules.Refusal(context.Request, visit.App) is { } status)
            {
                await AppPage.WriteAsync(context, AppTrouble.NotHandedOn, visit.App, Links(visit, null), status);
                return;
            }

            if (!Bound(context))
            {
                await AppPage.WriteAsync(context, AppTrouble.TooLarge, visit.App, Links(visit, null));
                return;
            }

            await guard.WhileAsync(visit, scope, stop => forwarder.ForwardAsync(context, scope, visit, stop), context.RequestAborted);
        }
        catch (Exception e) when (e is BackendException or ForbiddenException && !context.Response.HasStarted)
        {
            await AppPage.WriteAsync(context, TroubleOf(e), visit.App, Links(visit, null));
        }
    }

    internal static AppTrouble TroubleOf(Exception e) => e switch
    {
        ForbiddenException or BackendException { Failure: BackendFailure.Forbidden } => AppTrouble.NotAllowed,
        BackendException { Failure: BackendFailure.SignInAgain } => AppTrouble.SignedOut,
        BackendException { Failure: BackendFailure.NotFound } => AppTrouble.NoCluster,
        _ => AppTrouble.NoAnswer,
    };

    private bool Bound(HttpContext context)
    {
        var most = options.Value.LargestBody * 1024L * 1024;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = most;
        }

        return !(context.Request.ContentLength > most);
    }
}
