using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Core.Mapping;
using Portal.Core.Mapping.Comparison;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>What a comparison costs, in calls: a Harbor that only lists, and counts.</summary>
public sealed class SurveyCostTests : IAsyncLifetime
{
    private const int CallsOfKeystone = 2;
    private const string System = "GET /api/v2.0/systeminfo";
    private readonly Lock gate = new();
    private SmallServer harbor = null!;
    private int count;
    private int missing = -1;
    private long limit = 7L << 30;
    private int now;
    private int most;

    public async Task InitializeAsync() => harbor = await SmallServer.StartAsync(AnswerAsync);

    public async Task DisposeAsync() => await harbor.DisposeAsync();

    [Theory]
    [InlineData(10_000)]
    [InlineData(250)]
    [InlineData(3)]
    public async Task Comparison_NothingChanged_CostsAtMostHalfMoreThanItsPages(int projects)
    {
        await using var room = await RoomAsync(projects);

        var report = await CompareAsync(room);

        var pages = CallsOfKeystone + harbor.Asked.Count(IsPage);
        Assert.Equal(CallsOfKeystone + (2 * ((projects / 100) + 1)), pages);
        Assert.InRange(CallsOfKeystone + harbor.Asked.Count, pages + 1, pages * 3 / 2);
        Assert.Equal(projects, report.Counts[PlaceState.InSync]);
        Assert.Equal(projects, report.Total);
        Assert.Equal(Math.Min(projects, ComparisonReport.MaxPlaces), report.Places.Length);
        Assert.InRange(most, 1, 4);
    }

    [Fact]
    public async Task Comparison_OneAfterAnother_LooksAtEveryPlaceClosely()
    {
        await using var room = await RoomAsync(5);
        for (var turn = 0; turn < 11; turn++)
        {
            await CompareAsync(room);
        }

        // Eleven looks (members and robots of five, one page of limits), one for each turn.
        var looks = harbor.Asked.Where(a => !IsPage(a) && a != System).ToList();
        Assert.Equal(11, looks.Distinct().Count());
        Assert.Equal(11, looks.Count);
        Assert.Single(looks, l => l.StartsWith("GET /api/v2.0/quotas?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Comparison_LimitChangedByHand_IsToldInItsTurn_AndNotForgottenByTheNext()
    {
        await using var room = await RoomAsync(3);
        limit = 5L << 30;
        for (var turn = 0; turn < 7; turn++)
        {
            await CompareAsync(room);
        }

        var report = await CompareAsync(room);

        Assert.Equal(3, report.Counts[PlaceState.InSync]);
        Assert.All(report.Places, p => Assert.Equal(["mapping.diff.limit 7 GiB 5 GiB"], p.Differences.Select(d => $"{d.Code} {d.Arguments["set"]} {d.Arguments["limit"]}")));
    }

    [Fact]
    public async Task Comparison_WhatAShiftedPageLeftOut_IsAskedForOnceMore()
    {
        await using var room = await RoomAsync(5);
        missing = 3;

        var report = await CompareAsync(room);

        Assert.Equal(5, report.Counts[PlaceState.InSync]);
        Assert.Contains("GET /api/v2.0/projects/team-3", harbor.Asked);
    }

    [Fact]
    public async Task Comparison_HarborThatLostAll_IsBelievedAfterSome()
    {
        await using var room = await RoomAsync(400);
        count = 0;

        var report = await CompareAsync(room);

        Assert.Equal(400, report.Counts[PlaceState.Missing]);
        Assert.Equal(Surveyor.MaxConfirmed, harbor.Asked.Count(a => a.StartsWith("GET /api/v2.0/projects/", StringComparison.Ordinal)));
    }

    internal static Task<ComparisonReport> CompareAsync(MappingRoom room) => room.Comparison.CompareAsync(ComparisonStoriesTests.Administrator(), closely: false, CancellationToken.None);

    private static bool IsPage(string asked) =>
        asked.StartsWith("GET /api/v2.0/projects?", StringComparison.Ordinal) || (asked.StartsWith("GET /api/v2.0/users?", StringComparison.Ordinal) && !asked.Contains("q=", StringComparison.Ordinal));

    private static string IdOf(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    private static JsonObject ProjectOf(int number) => new()
    {
        ["project_id"] = number + 1,
        ["name"] = $"team-{number}",
        ["owner_id"] = 1,
        ["owner_name"] = "admin",
        ["repo_count"] = 1,
        ["creation_time"] = "2026-11-01T00:00:00.000Z",
    };

    private static JsonObject UserOf(int number) => new()
    {
        ["user_id"] = number + 1,
        ["username"] = "project-" + IdOf(number),
        ["email"] = IdOf(number) + "@projects.invalid",
        ["creation_time"] = "2026-11-01T00:00:00.000Z",
    };

    private JsonObject QuotaOf(int number) => new()
    {
        ["id"] = number + 1,
        ["hard"] = new JsonObject { ["storage"] = limit },
        ["used"] = new JsonObject { ["storage"] = 1 },
        ["ref"] = new JsonObject { ["id"] = number + 1, ["name"] = $"team-{number}" },
    };

    internal async Task<MappingRoom> RoomAsync(int projects)
    {
        count = projects;
        var room = new MappingRoom(harbor.Url);
        for (var number = 0; number < projects; number++)
        {
            var id = IdOf(number);
            room.Clouds.Put(new MappingInputs(id, $"team-{number}"));
            var mapping = new ProjectMapping
            {
                ProjectId = id,
                HarborProject = $"team-{number}",
                UserName = "project-" + id,
                IntentAt = DateTimeOffset.UnixEpoch,
                AuthMode = "db_auth",
                RegistryHost = "harbor.invalid",
                HarborProjectId = number + 1,
                UserId = number + 1,
                StorageLimit = 7L << 30,
                ReadyAt = DateTimeOffset.UnixEpoch,
            };
            await room.Documents.PutAsync(ProjectMapping.Type, id, mapping, 0, CancellationToken.None);
        }

        return room;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        lock (gate)
        {
            most = Math.Max(most, ++now);
        }

        try
        {
            var parts = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[2..];
            await SmallServer.JsonAsync(http, 200, BodyOf(parts, http.Request.Query).ToJsonString());
        }
        catch (KeyNotFoundException)
        {
            await SmallServer.JsonAsync(http, 404, """{"errors":[{"code":"NOT_FOUND","message":"not found"}]}""");
        }
        finally
        {
            lock (gate)
            {
                now--;
            }
        }
    }

    private JsonNode BodyOf(string[] parts, IQueryCollection query) => parts switch
    {
        ["projects"] => Page(query, ProjectOf, missing),
        ["users"] when query["q"].ToString() is { Length: > 0 } q => new JsonArray([.. Enumerable.Range(0, count).Where(n => q.EndsWith(IdOf(n), StringComparison.Ordinal)).Select(UserOf)]),
        ["users"] => Page(query, UserOf, -1),
        ["projects", var name, "members"] => new JsonArray(new JsonObject { ["id"] = 1, ["entity_id"] = int.Parse(name[5..], CultureInfo.InvariantCulture) + 1, ["entity_name"] = "u", ["entity_type"] = "u", ["role_id"] = 4 }),
        ["projects", var name] when int.Parse(name[5..], CultureInfo.InvariantCulture) is var number && number < count => ProjectOf(number),
        ["robots"] => new JsonArray(),
        ["systeminfo"] => new JsonObject { ["auth_mode"] = "db_auth", ["registry_url"] = "harbor.invalid", ["read_only"] = false },
        ["quotas"] when int.TryParse(query["reference_id"], out var id) => new JsonArray(QuotaOf(id - 1)),
        ["quotas"] => Page(query, QuotaOf, -1),
        _ => throw new KeyNotFoundException(),
    };

    private JsonArray Page(IQueryCollection query, Func<int, JsonObject> make, int without)
    {
        var (page, size) = (int.Parse(query["page"]!, CultureInfo.InvariantCulture), int.Parse(query["page_size"]!, CultureInfo.InvariantCulture));
        return new JsonArray([.. Enumerable.Range(0, count).Where(n => n != without).Skip((page - 1) * size).Take(size).Select(make)]);
    }
}
