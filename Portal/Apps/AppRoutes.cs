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

    private static async Task OpenAsync(HttpContext context, [FromServices] ISessionScopes scopes, [FromServices] AppHosts hosts, string projectId, string clusterId, string app)
    {
        IReadOnlyList<(string, string)> back = [(AppsText.ToCluster, ProjectRoutes.Cluster(projectId, clusterId))];
        if (!hosts.AreThere || Parse(app) is not { } wanted || hosts.Portal(context.Request) is not { } own)
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
            var visit = new AppVisit { SessionId = session, UserId = scope.UserId, ProjectId = projectId, ClusterId = clusterId, App = wanted, Label = AppLabel.Of(scope.Region, clusterId, wanted), Portal = own.GetLeftPart(UriPartial.Authority) };
            await LeadAsync(context, hosts.Origin(visit.Label, own), scope, visit, back);
        }
        catch (Exception e) when (e is BackendException or ForbiddenException)
        {
            await AppPage.WriteAsync(context, AppHost.TroubleOf(e), wanted, back);
        }
    }

    /// <summary>Leads to the program's host: without a seal for one, with it by a code for the browser that has it.</summary>
    private static async Task LeadAsync(HttpContext context, string origin, Scope scope, AppVisit visit, IReadOnlyList<(string, string)> back)
    {
        var services = context.RequestServices;
        var (gateway, ways, stop) = (services.GetRequiredService<IAppGateway>(), services.GetRequiredService<AppWays>(), context.RequestAborted);
        var query = context.Request.Query;
        var path = AppPaths.Local(query["path"]);
        var seal = query.ContainsKey("seal") ? ways.ReadSeal(query["seal"].ToString(), visit) : null;
        if (query.ContainsKey("seal") && seal is null)
        {
            // Nobody is led on from here: what comes again and again must not go in a circle.
            await AppPage.WriteAsync(context, AppTrouble.OtherBrowser, visit.App, [(AppsText.OpenAgain, Open(visit.ProjectId, visit.ClusterId, visit.App, path)), .. back]);
            return;
        }

        var isThere = seal is null ? await gateway.IsInstalledAsync(scope, visit.ClusterId, visit.App, stop) : await gateway.EnterAsync(scope, visit.ClusterId, visit.App, stop);
        if (!isThere)
        {
            await AppPage.WriteAsync(context, AppTrouble.NotInstalled, visit.App, back);
            return;
        }

        var (place, name, value) = seal is null ? (AppPaths.Begin, "way", ways.Begin(visit)) : (AppPaths.Enter, "code", await services.GetRequiredService<IAppCodes>().IssueAsync(visit, seal, stop));
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Redirect($"{origin}{place}?{name}={Uri.EscapeDataString(value)}&path={Uri.EscapeDataString(path)}");
    }

    private static ClusterApp? Parse(string name) => Enum.GetValues<ClusterApp>().Where(a => string.Equals(a.ToString(), name, StringComparison.OrdinalIgnoreCase)).Select(a => (ClusterApp?)a).FirstOrDefault();
}
