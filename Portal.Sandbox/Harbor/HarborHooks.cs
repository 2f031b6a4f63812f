using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Portal.Sandbox.Harbor;

/// <summary>
/// Sends what policies ask for, as the jobservice does: later, in no order that is promised, a failed one a few times again.
/// The queue is bounded: what finds no room has failed. Nobody who pushes waits for it.
/// </summary>
internal sealed class HarborHooks : IAsyncDisposable
{
    private const int Attempts = 4;
    private const int Senders = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly HarborServer server;
    private readonly Func<TimeSpan, TimeSpan> paced;
    private readonly Channel<Delivery> queue = Channel.CreateBounded<Delivery>(500);
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = Patience };
    private readonly Task[] senders;

    public HarborHooks(HarborServer server, Func<TimeSpan, TimeSpan> paced)
    {
        (this.server, this.paced) = (server, paced);
        senders = [.. Enumerable.Range(0, Senders).Select(_ => Task.Run(SendAllAsync))];
    }

    /// <summary>Gives every policy of the project that asks for it a delivery. Runs under the state's lock.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="isPast">Whether it was before this server began: then it is known, and not sent any more.</param>
    public void Raise(HarborEvent what, bool isPast = false)
    {
        if (server.Setting("notification_enable") != "true")
        {
            return;
        }

        var now = server.Clock.Now;
        foreach (var policy in server.State.Rules.Where(r => r.Kind == "webhook" && r.ProjectId == what.ProjectId && r.Body.Flag("enabled") && Wants(r, what.Type)).ToList())
        {
            server.State.LastTriggered[$"{policy.Id}:{what.Type}"] = now;
            foreach (var target in (policy.Body["targets"] as JsonArray ?? []).OfType<JsonObject>().Where(t => t.Text("type") == "http"))
            {
                var delivery = Prepare(what, policy, target, now);
                if (isPast)
                {
                    End(delivery, "Success");
                }
                else if (!queue.Writer.TryWrite(delivery))
                {
                    End(delivery, "Error");
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(senders);
        http.Dispose();
        stopping.Dispose();
    }

    private static bool Wants(HarborRule policy, string type) => (policy.Body["event_types"] as JsonArray ?? []).Any(e => e?.ToString() == type);

    private Delivery Prepare(HarborEvent what, HarborRule policy, JsonObject target, DateTimeOffset now)
    {
        var payload = HarborPayload.Default(what, now);
        var execution = new HarborExecution { Id = server.State.Next("execution"), PolicyId = policy.Id, EventType = what.Type, Payload = payload.ToText(), StartedAt = now };
        server.State.Executions.Add(execution);
        if (server.State.Executions.Count > 500)
        {
            server.State.Executions.RemoveAt(0);
        }

        return target.Text("payload_format") == "CloudEvents"
            ? new Delivery(execution, target.Text("address"), target.Text("auth_header"), HarborPayload.CloudEvent(what, policy, now).ToText(), "application/cloudevents+json")
            : new Delivery(execution, target.Text("address"), target.Text("auth_header"), execution.Payload, "application/json");
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var delivery in queue.Reader.ReadAllAsync(stopping.Token))
            {
                if (await SendAsync(delivery))
                {
                    End(delivery, "Success");
                }
                else if (++delivery.Tried >= Attempts)
                {
                    End(delivery, "Error");
                }
                else
                {
                    _ = AgainAsync(delivery);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping; what is not sent is not sent.
        }
    }

    private async Task AgainAsync(Delivery delivery)
    {
        try
        {
            await Task.Delay(paced(TimeSpan.FromSeconds(10 * delivery.Tried)), stopping.Token);
            if (!queue.Writer.TryWrite(delivery))
            {
                End(delivery, "Error");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Stopping.
        }
    }

    private async Task<bool> SendAsync(Delivery delivery)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, delivery.Address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) };
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(delivery.ContentType);
            message.Headers.TryAddWithoutValidation("User-Agent", "Go-http-client/1.1");
            message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
            if (delivery.Authorization.Length > 0)
            {
                message.Headers.TryAddWithoutValidation("Authorization", delivery.Authorization);
            }

            using var response = await http.SendAsync(message, stopping.Token);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException or InvalidOperationException or NotSupportedException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return false;
        }
    }

    private void End(Delivery delivery, string status)
    {
        lock (server.Gate)
        {
            (delivery.Execution.Status, delivery.Execution.EndedAt) = (status, server.Clock.Now);
        }
    }

    private sealed record Delivery(HarborExecution Execution, string Address, string Authorization, string Body, string ContentType)
    {
        public int Tried { get; set; }
    }
}

/// <summary>One time that a policy had something to send.</summary>
internal sealed class HarborExecution
{
    public long Id { get; set; }

    public long PolicyId { get; set; }

    public string EventType { get; set; } = "";

    public string Payload { get; set; } = "";

    public string Status { get; set; } = "Running";

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>The two forms in which an event is sent.</summary>
internal static class HarborPayload
{
    private static readonly Dictionary<string, string> CloudTypes = new(StringComparer.Ordinal)
    {
        ["PUSH_ARTIFACT"] = "harbor.artifact.pushed",
        ["PULL_ARTIFACT"] = "harbor.artifact.pulled",
        ["DELETE_ARTIFACT"] = "harbor.artifact.deleted",
        ["QUOTA_EXCEED"] = "harbor.quota.exceeded",
        ["QUOTA_WARNING"] = "harbor.quota.warned",
        ["SCANNING_FAILED"] = "harbor.scan.failed",
        ["SCANNING_STOPPED"] = "harbor.scan.stopped",
        ["SCANNING_COMPLETED"] = "harbor.scan.completed",
        ["REPLICATION"] = "harbor.replication.status.changed",
        ["TAG_RETENTION"] = "harbor.tag_retention.finished",
    };

    /// <summary>Gets the types of events in the order in which the server names them.</summary>
    public static IEnumerable<string> Types => CloudTypes.Keys;

    public static JsonObject Default(HarborEvent what, DateTimeOffset now) => new()
    {
        ["type"] = what.Type,
        ["occur_at"] = now.ToUnixTimeSeconds(),
        ["operator"] = what.Operator,
        ["event_data"] = what.Data.DeepClone(),
    };

    public static JsonObject CloudEvent(HarborEvent what, HarborRule policy, DateTimeOffset now) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = Guid.NewGuid().ToString(),
        ["source"] = $"/projects/{policy.ProjectId}/webhook/policies/{policy.Id}",
        ["type"] = CloudTypes[what.Type],
        ["datacontenttype"] = "application/json",
        ["time"] = Seconds(now),
        ["data"] = what.Data.DeepClone(),
        ["requestid"] = what.RequestId,
        ["operator"] = what.Operator,
    };

    /// <summary>Writes a time without a fraction, as jobs and payloads have it.</summary>
    public static string Seconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string ToText(this JsonObject body) => Encoding.UTF8.GetString(body.Bytes());
}
