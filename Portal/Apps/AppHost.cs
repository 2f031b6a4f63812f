using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;
using Portal.Shell;

namespace Portal.Apps;

/// <summary>Answers everything on programs' hosts: a code becomes a cookie, and what comes with the cookie is handed on. Nothing of the portal is served here.</summary>
internal sealed class AppHost(AppHosts hosts, AppTickets tickets, AppGuard guard, AppLimits limits, AppForwarder forwarder, AppEntrance entrance, IOptions<AppsOptions> options)
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
            : entrance.Answer(context, label, AppOf(label)) is { } answered ? answered
            : request.Path.StartsWithSegments(AppPaths.Own, StringComparison.OrdinalIgnoreCase) ? AppPage.WriteAsync(context, AppTrouble.NoSuchHost, visit?.App, Links(visit, null))
            : visit is null ? AppPage.WriteAsync(context, AppTrouble.SignedOut, AppOf(label), [])
            : VisitAsync(context, visit));
    }

    /// <summary>Gives the ways back to the portal.</summary>
    internal static IReadOnlyList<(string Words, string Address)> Links(AppVisit? visit, string? target) => visit is null ? [] : target is null
        ? [(AppsText.ToCluster, visit.Portal + ProjectRoutes.Cluster(visit.ProjectId, visit.ClusterId))]
        : [(AppsText.OpenAgain, visit.Portal + AppRoutes.Open(visit.ProjectId, visit.ClusterId, visit.App, target)), (AppsText.ToCluster, visit.Portal + ProjectRoutes.Cluster(visit.ProjectId, visit.ClusterId))];

    private static ClusterApp? AppOf(string label) => Enum.TryParse<ClusterApp>(label.Split('-')[0], ignoreCase: true, out var app) ? app : null;

    private async Task VisitAsync(HttpContext context, AppVisit visit)
    {
        try
        {
            if (await ScopeAsync(context, visit) is not { } scope)
            {
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

    // Gives null when the request has been answered.
    private async Task<Scope?> ScopeAsync(HttpContext context, AppVisit visit)
    {
        try
        {
            if (await guard.EnterAsync(visit, context.RequestAborted) is { } scope)
            {
                return scope;
            }

            var here = AppPaths.Local(context.Request.Path.ToUriComponent() + context.Request.QueryString);
            await AppPage.WriteAsync(context, AppTrouble.SignedOut, visit.App, Links(visit, here));
        }
        catch (BackendException e) when (e.MayHeal)
        {
            await AppPage.WriteAsync(context, AppTrouble.NoIdentity, visit.App, Links(visit, "/"));
        }

        return null;
    }

    internal static AppTrouble TroubleOf(Exception e) => e switch
    {
        ForbiddenException or BackendException { Failure: BackendFailure.Forbidden } => AppTrouble.NotAllowed,
        BackendException { Failure: BackendFailure.SignInAgain } => AppTrouble.SignedOut,
        BackendException { Failure: BackendFailure.NotFound } => AppTrouble.NoCluster,
        BackendException { Failure: BackendFailure.Timeout } => AppTrouble.Silent,
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
