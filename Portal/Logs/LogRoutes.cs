using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Identity;
using Portal.Shell;

namespace Portal.Logs;

/// <summary>Logs as files.</summary>
internal static class LogRoutes
{
    /// <summary>Gives the address of an export.</summary>
    public static string Export(string projectId, string format, LogsQuery query) => $"{ProjectRoutes.Logs(projectId)}/export?format={format}&{query.ToAddress()}";

    /// <summary>Gives the address of a container's whole log.</summary>
    public static string Download(string projectId, string clusterId, string space, LogTarget target, bool previous) =>
        $"{ProjectRoutes.PodLogs(projectId, clusterId, space, target.Pod)}/download?container={Uri.EscapeDataString(target.Container)}{(previous ? "&previous=true" : "")}";

    /// <summary>Maps them; the services ask for the capability.</summary>
    public static void MapLogs(this WebApplication app)
    {
        app.MapGet("/p/{projectId}/logs/export", ExportAsync).RequireAuthorization();
        app.MapGet("/p/{projectId}/clusters/{clusterId}/logs/{space}/{pod}/download", DownloadAsync).RequireAuthorization();
    }

    private static Task<IResult> ExportAsync(HttpContext context, [FromServices] ISessionScopes sessions, [FromServices] IProjectLogs logs, [FromServices] IClusterService clusters, [FromServices] TimeProvider time, string projectId, string? format) =>
        AnswerAsync(context, sessions, projectId, async scope =>
        {
            var query = LogsQuery.Read(name => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null);
            var known = (await clusters.WatchAsync(scope, context.RequestAborted)).Items.Select(v => new LogSource(v.Cluster.Id, v.Cluster.Name)).OrderBy(s => s.Name, StringComparer.CurrentCultureIgnoreCase).ToList();
            var sources = known.Where(s => query.Clusters.IsEmpty || query.Clusters.Contains(s.ClusterId)).Take(LogsModel.MostClusters).ToList();
            var lines = logs.ExportAsync(scope, sources, query.Search(time.GetUtcNow(), "export-" + Guid.NewGuid().ToString("N")), context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);

            // What cannot be read is said before a file begins.
            var any = await lines.MoveNextAsync();
            var csv = format == "csv";
            return Results.Stream(body => WriteAsync(body, lines, any, csv), csv ? "text/csv; charset=utf-8" : "application/x-ndjson", csv ? "logs.csv" : "logs.ndjson");
        });

    private static Task<IResult> DownloadAsync(HttpContext context, [FromServices] ISessionScopes sessions, [FromServices] IContainerLogs logs, string projectId, string clusterId, string space, string pod, string container, bool? previous) =>
        AnswerAsync(context, sessions, projectId, async scope =>
        {
            var log = await logs.OpenAsync(scope, new ClusterKey(scope.Region, scope.ProjectId, clusterId), space, new LogTarget(pod, container), previous == true, context.RequestAborted);
            return Results.Stream(log, "text/plain; charset=utf-8", $"{pod}-{container}{(previous == true ? "-previous" : "")}.log");
        });

    private static async Task<IResult> AnswerAsync(HttpContext context, ISessionScopes sessions, string projectId, Func<Scope, Task<IResult>> answer)
    {
        try
        {
            return context.User.SessionId() is not { } session ? Results.StatusCode(StatusCodes.Status401Unauthorized)
                : await answer(await sessions.EnterAsync(session, projectId, context.RequestAborted));
        }
        catch (ForbiddenException)
        {
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        }
        catch (ArgumentException)
        {
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }
        catch (BackendException e)
        {
            return Results.Text($"{e.Operation}: {e.Answer ?? e.Failure.ToString()}", statusCode: e.Failure switch
            {
                BackendFailure.SignInAgain => StatusCodes.Status401Unauthorized,
                BackendFailure.Forbidden => StatusCodes.Status403Forbidden,
                BackendFailure.NotFound => StatusCodes.Status404NotFound,
                BackendFailure.Invalid => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status503ServiceUnavailable,
            });
        }
    }

    private static async Task WriteAsync(Stream body, IAsyncEnumerator<LogLine> lines, bool any, bool csv)
    {
        await using (lines)
        await using (var writer = new StreamWriter(body, new UTF8Encoding(false), 32 * 1024, leaveOpen: true))
        {
            if (csv)
            {
                await writer.WriteAsync("time,cluster,namespace,pod,container,node,severity,message\r\n");
            }

            for (; any; any = await lines.MoveNextAsync())
            {
                await writer.WriteAsync(csv ? Row(lines.Current) : Document(lines.Current));
            }
        }
    }

    private static string Document(LogLine line) =>
        $$"""{"cluster":{{JsonSerializer.Serialize(line.Source.Name)}},"index":{{JsonSerializer.Serialize(line.Index)}},"id":{{JsonSerializer.Serialize(line.Id)}},"document":{{line.Document.ReplaceLineEndings(" ")}}}""" + "\n";

    private static string Row(LogLine line) => string.Join(',', new[]
    {
        line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), line.Source.Name, line.Namespace, line.Pod, line.Container, line.Node, line.Severity.ToString().ToLowerInvariant(), line.Message,
    }.Select(Cell)) + "\r\n";

    // A spreadsheet runs what begins like a formula; a quote before it makes it text.
    private static string Cell(string? value)
    {
        var text = value is { Length: > 0 } && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value ?? "";
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
