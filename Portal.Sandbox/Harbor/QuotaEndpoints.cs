using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>Storage limits of projects.</summary>
internal static class QuotaEndpoints
{
    private const long Most = 1125899906842624;

    public static HarborRoute[] Routes { get; } =
    [
        new("GET", "/api/v2.0/quotas", List),
        new("GET", "/api/v2.0/quotas/{}", Get),
        new("PUT", "/api/v2.0/quotas/{}", Update, new("hard")),
    ];

    public static void CheckLimit(long limit, string prefix = "")
    {
        if (limit is 0 or < -1)
        {
            throw HarborException.BadRequest($"{prefix}invalid non-positive value for quota limit, value={limit}");
        }

        if (limit > Most)
        {
            throw HarborException.BadRequest($"{prefix}exceeded 1024TB, which is {Most} Bytes, value={limit}");
        }
    }

    private static HarborAnswer List(HarborCall call)
    {
        var query = new HarborQuery(call);
        call.Access.RequireSystem("quota", "list");
        var fields = new Dictionary<string, Func<HarborQuota, object?>>(StringComparer.Ordinal)
        {
            ["id"] = q => q.Id,
            ["creation_time"] = q => q.CreatedAt,
            ["hard.storage"] = q => q.Hard == -1 ? long.MaxValue : q.Hard,
            ["used.storage"] = q => call.Server.StorageUsed(q.ProjectId),
        };
        var quotas = call.State.Quotas.AsEnumerable().Reverse();
        if (call.Query("reference_id") is { Length: > 0 } reference)
        {
            quotas = quotas.Where(q => q.ProjectId.ToString(System.Globalization.CultureInfo.InvariantCulture) == reference);
        }

        return query.Answer(quotas, fields, q => Write(call, q, HarborAnswer.Time(q.UpdatedAt)), "-creation_time");
    }

    private static HarborAnswer Get(HarborCall call)
    {
        var id = call.Id(0, "id");
        call.Access.RequireSystem("quota", "read");
        return HarborAnswer.Ok(Write(call, Find(call, id), HarborAnswer.Never));
    }

    private static HarborAnswer Update(HarborCall call)
    {
        var id = call.Id(0, "id");
        call.Access.RequireSystem("quota", "update");
        var quota = Find(call, id);
        if (call.Body!["hard"] is not JsonObject { Count: > 0 } hard)
        {
            throw HarborException.BadRequest("hard required in body");
        }

        foreach (var (name, _) in hard)
        {
            if (name != "storage")
            {
                throw HarborException.BadRequest($"resource {name} not support");
            }
        }

        var limit = hard.Number("storage") ?? 0;
        CheckLimit(limit);
        (quota.Hard, quota.UpdatedAt) = (limit, call.Now);
        return HarborAnswer.Ok();
    }

    private static HarborQuota Find(HarborCall call, long id) =>
        call.State.Quotas.Find(q => q.Id == id) ?? throw HarborException.NotFound($"quota {id} not found");

    private static JsonObject Write(HarborCall call, HarborQuota quota, string updated) => new()
    {
        ["creation_time"] = HarborAnswer.Time(quota.CreatedAt),
        ["hard"] = new JsonObject { ["storage"] = quota.Hard },
        ["id"] = quota.Id,
        ["ref"] = new JsonObject { ["id"] = quota.ProjectId, ["name"] = call.State.FindProject(quota.ProjectId)?.Name ?? "", ["owner_name"] = "" },
        ["update_time"] = updated,
        ["used"] = new JsonObject { ["storage"] = call.Server.StorageUsed(quota.ProjectId) },
    };
}
