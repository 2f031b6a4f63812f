using Microsoft.AspNetCore.Mvc;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Identity;
using Portal.Shell;

namespace Portal.Apps;

/// <summary>The way from the portal's host to a program's.</summary>
internal static class AppRoutes
{
    /// <summary>Gives the address that leads to a program's page.</summary>
    public static string Open(string projectId, string clusterId, ClusterApp app, string target) =>
        $"{ProjectRoutes.Cluster(projectId, clusterId)}/apps/{app.ToString().ToLowerInvariant()}?path={Uri.EscapeDataString(target)}";

    /// <summary>Maps it.</summary>
    public static void MapApps(this WebApplication app) => app.MapGet("/p/{projectId}/clusters/{clusterId}/apps/{app}", OpenAsync).RequireAuthorization();

    private static async Task OpenAsync(HttpContext context, [FromServices] ISessionScopes scopes, [FromServices] IAppGateway gateway, [FromServices] IAppCodes codes, [FromServices] AppHosts hosts, string projectId, string clusterId, string app, string? path)
    {
        IReadOnlyList<(string, string)> back = [(AppsText.ToCluster, ProjectRoutes.Cluster(projectId, clusterId))];
        if (!hosts.AreThere || Parse(app) is not { } wanted)
        {
            await AppPage.WriteAsync(context, AppTrouble.NoSuchHost, null, back);
            return;
        }

        // A page is opened by a person; a picture or a script of some page is not.
        if (context.Request.Headers["Sec-Fetch-Dest"].ToString() is not ("" or "document"))
        {
            await AppPage.WriteAsync(context, AppTrouble.NotHandedOn, wanted, back);
            return;
        }

        try
        {
            var session = context.User.SessionId() ?? throw new BackendException("portal", "find the session", BackendFailure.SignInAgain);
            var scope = await scopes.EnterAsync(session, projectId, context.RequestAborted);
            if (!await gateway.EnterAsync(scope, clusterId, wanted, context.RequestAborted))
            {
                await AppPage.WriteAsync(context, AppTrouble.NotInstalled, wanted, back);
                return;
            }

            var request = context.Request;
            var visit = new AppVisit { SessionId = session, UserId = scope.UserId, ProjectId = projectId, ClusterId = clusterId, App = wanted, Label = AppLabel.Of(scope.Region, clusterId, wanted), Portal = $"{request.Scheme}://{request.Host}" };
            var code = await codes.IssueAsync(visit, context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            context.Response.Redirect($"{hosts.Origin(visit.Label, request)}{AppPaths.Enter}?code={code}&path={Uri.EscapeDataString(AppPaths.Local(path))}");
        }
        catch (Exception e) when (e is BackendException or ForbiddenException)
        {
            await AppPage.WriteAsync(context, AppHost.TroubleOf(e), wanted, back);
        }
    }

    private static ClusterApp? Parse(string name) => Enum.GetValues<ClusterApp>().Where(a => string.Equals(a.ToString(), name, StringComparison.OrdinalIgnoreCase)).Select(a => (ClusterApp?)a).FirstOrDefault();
}
