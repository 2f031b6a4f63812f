using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Mapping.Comparison;
using Portal.Identity;
using Portal.Registry;
using Portal.Shell;

namespace Portal.Mapping;

/// <summary>The comparison as a file, and where Harbor tells what the mapping has it tell.</summary>
internal static class MappingRoutes
{
    /// <summary>Address of the file.</summary>
    public static string Csv(string projectId) => ProjectRoutes.Mapping(projectId) + ".csv";

    /// <summary>Maps it; the service asks for the capability.</summary>
    public static void MapMapping(this WebApplication app)
    {
        app.MapGet("/p/{projectId}/mapping.csv", CsvAsync).RequireAuthorization();
        app.MapHarborHooks();
    }

    private static async Task<IResult> CsvAsync(
        HttpContext context, ISessionScopes sessions, IMappingComparison comparison, string projectId, string? q, string? state, string? domain)
    {
        try
        {
            if (context.User.SessionId() is not { } session)
            {
                return Results.StatusCode(StatusCodes.Status401Unauthorized);
            }

            var scope = await sessions.EnterAsync(session, projectId, context.RequestAborted);
            var report = await comparison.GetAsync(scope, context.RequestAborted);
            var places = MappingQuery.Read(q, state, domain, null).Apply(report.Places);
            return Results.Stream(body => PlacesCsv.WriteAsync(body, places, context.RequestAborted), "text/csv; charset=utf-8", "mapping.csv");
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
    }
}
