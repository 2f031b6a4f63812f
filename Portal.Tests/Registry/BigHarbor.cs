using System.Globalization;
using Microsoft.AspNetCore.Http;
using Portal.Core.Mapping;
using Portal.Tests.Mapping;
using Portal.Tests.Support;

namespace Portal.Tests.Registry;

/// <summary>A Harbor that only lists: one project with 100,000 repositories, one repository with 100,000 scanned artifacts of three tags each.</summary>
internal sealed class BigHarbor : IAsyncDisposable
{
    public const int Count = 100_000;
    private readonly SmallServer server;

    private BigHarbor(SmallServer server) => this.server = server;

    public string Url => server.Url;

    public IReadOnlyList<string> Asked => server.Asked;

    public static async Task<BigHarbor> StartAsync() => new(await SmallServer.StartAsync(AnswerAsync));

    /// <summary>Gives the place of a project in it.</summary>
    public static async Task<MappingInputs> PlaceAsync(MappingRoom room)
    {
        var inputs = MappingRoom.NewProject();
        await room.Documents.PutAsync(
            ProjectMapping.Type, inputs.ProjectId,
            new ProjectMapping
            {
                ProjectId = inputs.ProjectId,
                HarborProject = "big",
                UserName = "project-big",
                IntentAt = DateTimeOffset.UnixEpoch,
                AuthMode = "db_auth",
                RegistryHost = "harbor.invalid",
                HarborProjectId = 1,
                UserId = 1,
                Password = room.Store.NewSecret(inputs.ProjectId, "user"),
                ReadyAt = DateTimeOffset.UnixEpoch,
            },
            0, CancellationToken.None);
        return inputs;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        http.Response.Headers["X-Total-Count"] = Count.ToString(CultureInfo.InvariantCulture);
        return SmallServer.JsonAsync(
            http, 200,
            path.EndsWith("/artifacts", StringComparison.Ordinal) ? Page(http, Artifact) : path.EndsWith("/repositories", StringComparison.Ordinal) ? Page(http, Repository) : Repository(1));
    }

    private static string Page(HttpContext http, Func<int, string> row)
    {
        int Number(string name) => int.Parse(http.Request.Query[name]!, CultureInfo.InvariantCulture);
        return $"[{string.Join(',', Enumerable.Range((Number("page") - 1) * Number("page_size"), Number("page_size")).Where(n => n < Count).Select(row))}]";
    }

    private static string Repository(int number) =>
        $$"""{"id":{{number}},"name":"big/app-{{number}}","artifact_count":{{Count}},"pull_count":7,"update_time":"2026-11-01T00:00:00.000Z"}""";

    private static string Artifact(int number)
    {
        var tags = string.Join(',', Enumerable.Range(0, 3).Select(t => $$"""{"id":{{(number * 3) + t}},"name":"{{number}}.{{t}}","push_time":"2026-11-01T00:00:00.000Z","immutable":false}"""));
        return $$$"""
            {"digest":"sha256:{{{number:x64}}}","type":"IMAGE","size":21303,"push_time":"2026-11-01T00:00:00.000Z","extra_attrs":{"os":"linux","architecture":"amd64","config":{"Cmd":["/app/run"]}},"tags":[{{{tags}}}],
            "scan_overview":{"application/vnd.security.vulnerability.report; version=1.1":{"scan_status":"Success","severity":"High","end_time":"2026-11-01T00:00:00.000Z","scanner":{"name":"s","version":"1"},"summary":{"total":9,"fixable":2,"summary":{"High":4,"Low":5} } } } }
            """;
    }
}
