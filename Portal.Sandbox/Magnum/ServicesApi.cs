using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary><c>/v1/mservices</c>: the conductors, as they report.</summary>
internal sealed class ServicesApi(MagnumState state)
{
    private readonly List<(string Host, string Binary, string State)> conductors = [];
    private readonly DateTimeOffset since = state.Cloud.Now;

    public void Add(string host, string binary, string up) => conductors.Add((host, binary, up));

    public Task AnswerAsync(MagnumRequest request)
    {
        if (request.Method != "GET")
        {
            throw new RoutingException(405, "GET");
        }

        if (!request.Token.IsAdmin)
        {
            throw MagnumException.Policy("magnum-service:get_all");
        }

        var now = state.Cloud.Now;
        return request.Reply(200, new JsonObject
        {
            ["mservices"] = new JsonArray([.. conductors.Select((c, i) => (JsonNode?)new JsonObject
            {
                ["host"] = c.Host,
                ["binary"] = c.Binary,
                ["state"] = c.State,
                ["id"] = i + 1,
                ["report_count"] = (int)((now - since).TotalSeconds / 10),
                ["disabled"] = false,
                ["disabled_reason"] = null,
                ["created_at"] = Ids.Time(since),
                ["updated_at"] = Ids.Time(now),
            })]),
        });
    }
}
