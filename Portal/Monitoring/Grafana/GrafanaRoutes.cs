using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Grafana;
using Portal.Monitoring.Charts;

namespace Portal.Monitoring.Grafana;

/// <summary>Where charts of imported dashboards fetch their numbers.</summary>
internal static class GrafanaRoutes
{
    /// <summary>Maps it.</summary>
    public static void MapImportedDashboards(this WebApplication app) =>
        app.MapGet("/api/p/{projectId}/charts/imported/{id}/points", PointsAsync).RequireAuthorization();

    private static Task<IResult> PointsAsync(
        HttpContext context, ISessionScopes sessions, IClusterService clusters, IGrafanaPanels panels, string projectId, string id, [AsParameters] GrafanaPointsRequest request) =>
        ChartRoutes.AnswerAsync(context, sessions, projectId, async scope =>
        {
            if (request.Panel is not { Length: > 0 } panelId || ChartRoutes.Window(request.Start, request.End, null) is not { } window)
            {
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }

            // One cluster: a dashboard's variables are of one Prometheus.
            if (await ChartRoutes.NamesAsync(clusters, scope, [request.Cluster ?? ""], context.RequestAborted) is not { } names)
            {
                return Results.StatusCode(StatusCodes.Status404NotFound);
            }

            var values = GrafanaAddress.ValuesOf(context.Request.Query.Select(q => (q.Key, q.Value.AsEnumerable())));
            var view = await panels.OpenAsync(scope, ChartRoutes.Keys(scope, names)[0], id, values, window, context.RequestAborted);
            if (view?.Dashboard.Find(panelId) is not { Kind: GrafanaPanelKind.TimeSeries } panel)
            {
                return Results.StatusCode(StatusCodes.Status404NotFound);
            }

            var lines = await panels.LinesAsync(scope, view, panel, context.RequestAborted);
            var named = new Dictionary<PanelLine, string>(lines.Points.Lines.Zip(lines.Names, KeyValuePair.Create), ReferenceEqualityComparer.Instance);
            return ChartRoutes.Chart(lines.Points, names, line => named[line]);
        });
}

/// <summary>What the address of a panel's numbers holds beside the variables.</summary>
internal sealed record GrafanaPointsRequest(string? Panel, string? Cluster, long? Start, long? End);
