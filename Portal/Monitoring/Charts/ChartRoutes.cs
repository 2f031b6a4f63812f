using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Metrics;
using Portal.Identity;

namespace Portal.Monitoring.Charts;

/// <summary>Where charts fetch their numbers: built-in panels by name, and a person's own expression by a post from the portal's own pages.</summary>
internal static class ChartRoutes
{
    /// <summary>An expression may be so long.</summary>
    public const int LongestExpression = 10_000;

    /// <summary>An own expression shows at most so many lines.</summary>
    public const int MostExploreLines = 40;

    private static readonly TimeSpan LongestRange = TimeSpan.FromDays(800);

    /// <summary>Maps them. Other sites' posts are refused by the check of origins, as everywhere.</summary>
    public static void MapCharts(this WebApplication app)
    {
        app.MapGet("/api/p/{projectId}/charts/points", PointsAsync).RequireAuthorization();
        app.MapPost("/api/p/{projectId}/charts/explore", ExploreAsync).RequireAuthorization();
    }

    /// <summary>Gives the address of a built-in panel's numbers.</summary>
    public static string Points(string projectId, ChartsQuery query, string panelId, long from, long to)
    {
        var values = new List<(string Name, string? Value)> { ("dashboard", query.Kind.ToString().ToLowerInvariant()), ("panel", panelId) };
        values.AddRange(query.ClusterIds.Select(id => ("cluster", (string?)id)));
        values.AddRange([("node", query.Selection.Node), ("namespace", query.Selection.Namespace), ("workload", query.Selection.Workload?.ToString()), ("pod", query.Selection.Pod)]);
        values.AddRange([("start", from.ToString(CultureInfo.InvariantCulture)), ("end", to.ToString(CultureInfo.InvariantCulture))]);
        var wanted = values.Where(v => v.Value is not null).Select(v => $"{v.Name}={Uri.EscapeDataString(v.Value!)}");
        return $"/api/p/{Uri.EscapeDataString(projectId)}/charts/points?{string.Join('&', wanted)}";
    }

    /// <summary>Gives the address that takes an own expression.</summary>
    public static string Explore(string projectId) => $"/api/p/{Uri.EscapeDataString(projectId)}/charts/explore";

    private static Task<IResult> PointsAsync(HttpContext context, ISessionScopes sessions, IClusterService clusters, IPanelPoints points, string projectId, [AsParameters] PointsRequest request) =>
        AnswerAsync(context, sessions, projectId, async scope =>
        {
            var kind = Enum.TryParse<DashboardKind>(request.Dashboard, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) ? parsed : (DashboardKind?)null;
            var selection = new ChartSelection { Node = request.Node, Namespace = request.Namespace, Workload = WorkloadName.Parse(request.Workload), Pod = request.Pod };
            if (kind is null || BuiltInDashboards.Of(kind.Value).Find(request.Panel) is not { } panel || !selection.Suits(kind.Value) || Window(request.Start, request.End, request.Points) is not { } window)
            {
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }

            return await NamesAsync(clusters, scope, request.Cluster, context.RequestAborted) is not { } names
                ? Results.StatusCode(StatusCodes.Status404NotFound)
                : Chart(await points.GetAsync(scope, Keys(scope, names), panel, selection, window, context.RequestAborted), names, line => NameOf(panel, line));
        });

    private static Task<IResult> ExploreAsync(HttpContext context, ISessionScopes sessions, IClusterService clusters, IPanelPoints points, string projectId, [FromQuery(Name = "points")] int? wanted, ExploreRequest request) =>
        AnswerAsync(context, sessions, projectId, async scope =>
        {
            if (request.Expression is not { Length: > 0 and <= LongestExpression } expression || Window(request.Start, request.End, wanted) is not { } window)
            {
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }

            return await NamesAsync(clusters, scope, request.Clusters, context.RequestAborted) is not { } names
                ? Results.StatusCode(StatusCodes.Status404NotFound)
                : Chart(await points.ExploreAsync(scope, Keys(scope, names), expression, window, MostExploreLines, context.RequestAborted), names, line => line.Labels.ToString());
        });

    /// <summary>Answers a person who is signed in, in the name of a project; gives failures as statuses.</summary>
    internal static async Task<IResult> AnswerAsync(HttpContext context, ISessionScopes sessions, string projectId, Func<Scope, Task<IResult>> answer)
    {
        try
        {
            context.Response.Headers.CacheControl = "no-store";
            return context.User.SessionId() is { } session
                ? await answer(await sessions.EnterAsync(session, projectId, context.RequestAborted))
                : Results.StatusCode(StatusCodes.Status401Unauthorized);
        }
        catch (ForbiddenException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
        catch (BackendException e)
        {
            return Results.StatusCode(e.Failure switch
            {
                BackendFailure.SignInAgain => StatusCodes.Status401Unauthorized,
                BackendFailure.Forbidden or BackendFailure.NotFound => StatusCodes.Status403Forbidden,
                _ => StatusCodes.Status503ServiceUnavailable,
            });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return Results.Empty;
        }
    }

    /// <summary>Writes a chart's numbers.</summary>
    internal static IResult Chart(PanelPoints points, IReadOnlyDictionary<string, string> names, Func<PanelLine, string> nameOf) =>
        Results.Bytes(ChartWire.Write(points, names, nameOf), ChartWire.ContentType);

    private static string NameOf(Panel panel, PanelLine line) =>
        line.Of > 1 ? ChartWords.Others(line.Of, panel.AddsUp) : ChartWords.Legend(panel.Queries[line.Query].Legend, line.Labels);

    /// <summary>Gives the grid of a range in Unix seconds; null for one that is no range.</summary>
    internal static RangeWindow? Window(long? start, long? end, int? points) =>
        start is { } first && end is { } last && first >= 0 && last > first && last - first <= LongestRange.TotalSeconds && last < 32_503_680_000
            ? RangeWindow.Detailed(DateTimeOffset.FromUnixTimeSeconds(first), DateTimeOffset.FromUnixTimeSeconds(last), points ?? 0)
            : null;

    /// <summary>Gives the clusters of names.</summary>
    internal static IReadOnlyList<ClusterKey> Keys(Scope scope, IReadOnlyDictionary<string, string> names) =>
        [.. names.Keys.Select(id => new ClusterKey(scope.Region, scope.ProjectId, id))];

    /// <summary>Gives the clusters' names by id; null where one is not the project's own.</summary>
    internal static async Task<IReadOnlyDictionary<string, string>?> NamesAsync(IClusterService clusters, Scope scope, string[]? ids, CancellationToken cancellationToken)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in (ids ?? []).Distinct(StringComparer.Ordinal))
        {
            if (names.Count == ChartsQuery.MostClusters || await clusters.FindAsync(scope, id, cancellationToken) is not { } view)
            {
                return null;
            }

            names[id] = view.Cluster.Name;
        }

        return names.Count == 0 ? null : names;
    }
}

/// <summary>What the address of a panel's numbers holds.</summary>
internal sealed record PointsRequest(string? Dashboard, string? Panel, string[]? Cluster, string? Node, string? Namespace, string? Workload, string? Pod, long? Start, long? End, int? Points);

/// <summary>What is posted with an own expression.</summary>
internal sealed record ExploreRequest(string[]? Clusters, string? Expression, long? Start, long? End);
