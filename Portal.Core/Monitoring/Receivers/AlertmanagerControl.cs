using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Receivers;

/// <summary>How often Alertmanager has called the other sides of a receiver, and how often in vain.</summary>
/// <param name="Requests">All attempts.</param>
/// <param name="Failed">Those that did not succeed.</param>
/// <param name="IsOwn">Whether they are the receiver's alone, and not all of its kind.</param>
internal sealed record SendCounts(double Requests, double Failed, bool IsOwn);

/// <summary>The part of Alertmanager that receivers need: reload, what is loaded, test alerts, and its counters.</summary>
internal sealed partial class AlertmanagerControl(IClusterPrograms programs)
{
    /// <summary>The backend's name in errors.</summary>
    public const string Backend = "alertmanager";

    private const int Longest = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Has it read its configuration; gives why it did not, or null.</summary>
    public async Task<string?> ReloadAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(cluster, new ProgramRequest(HttpMethod.Post, "/-/reload") { Operation = "reload", Patience = Patience }, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return null;
        }

        var text = (await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).Trim();
        return text.Contains("failed to reload", StringComparison.OrdinalIgnoreCase)
            ? text[..Math.Min(text.Length, Longest)]
            : throw new BackendException(Backend, "reload", answer.StatusCode >= HttpStatusCode.InternalServerError ? BackendFailure.Broken : BackendFailure.Unexpected, null, answer.StatusCode);
    }

    /// <summary>Gives the portal's revision of the configuration that is loaded, or null for one without.</summary>
    public async Task<string?> RevisionAsync(ClusterKey cluster, CancellationToken cancellationToken)
    {
        const string Operation = "read the status";
        using var answer = await SendAsync(cluster, new ProgramRequest(HttpMethod.Get, "/api/v2/status") { Operation = Operation, Patience = Patience }, cancellationToken).ConfigureAwait(false);
        var text = await TextAsync(answer, Operation, cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(text);
            var found = RevisionName().Match(json.RootElement.GetProperty("config").GetProperty("original").GetString() ?? "");
            return found.Success ? found.Groups[1].Value : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BackendException(Backend, Operation, BackendFailure.Unexpected, "not the answer of Alertmanager's API v2");
        }
    }

    /// <summary>Posts an alert, or its end.</summary>
    public async Task PostAsync(ClusterKey cluster, IReadOnlyDictionary<string, string> labels, string summary, bool isOver, CancellationToken cancellationToken)
    {
        // Without times Alertmanager's own clock counts, and it is over by itself after five minutes. An end long ago is one by every clock.
        object alert = isOver
            ? new { labels, annotations = new { summary }, startsAt = "2020-01-01T00:00:00Z", endsAt = "2020-01-01T00:01:00Z" }
            : new { labels, annotations = new { summary } };
        var request = new ProgramRequest(HttpMethod.Post, "/api/v2/alerts") { Operation = "post a test alert", Body = JsonSerializer.Serialize(new[] { alert }), Patience = Patience };
        using var answer = await SendAsync(cluster, request, cancellationToken).ConfigureAwait(false);
        await TextAsync(answer, request.Operation, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says whether a silence keeps alerts with a label quiet.</summary>
    public async Task<bool> IsSilencedAsync(ClusterKey cluster, string label, string value, CancellationToken cancellationToken)
    {
        var request = new ProgramRequest(HttpMethod.Get, "/api/v2/alerts?filter=" + Uri.EscapeDataString($"{label}=\"{value}\"")) { Operation = "find the test alert", Patience = Patience };
        using var answer = await SendAsync(cluster, request, cancellationToken).ConfigureAwait(false);
        var alerts = Alerts.AlertmanagerMessage.ReadActive(await TextAsync(answer, request.Operation, cancellationToken).ConfigureAwait(false));
        return alerts?.Any(a => a.Standing is Alerts.AlertStanding.Silenced) == true;
    }

    /// <summary>Gives how often a receiver's other side was called.</summary>
    public async Task<SendCounts> CountsAsync(ClusterKey cluster, string integration, string receiver, CancellationToken cancellationToken)
    {
        const string Operation = "read the counters";
        using var answer = await SendAsync(cluster, new ProgramRequest(HttpMethod.Get, "/metrics") { Operation = Operation, Patience = Patience }, cancellationToken).ConfigureAwait(false);
        return Counts(await TextAsync(answer, Operation, cancellationToken).ConfigureAwait(false), integration, receiver);
    }

    /// <summary>Reads the counters of a receiver, or where Alertmanager counts kinds alone, of its kind.</summary>
    internal static SendCounts Counts(string metrics, string integration, string receiver)
    {
        var lines = Counter().Matches(metrics).Where(m => m.Groups["labels"].Value.Contains($"integration=\"{integration}\"", StringComparison.Ordinal)).ToList();
        var isOwn = lines.Any(m => m.Groups["labels"].Value.Contains("receiver_name=\"", StringComparison.Ordinal));
        double Sum(string failed) => lines
            .Where(m => m.Groups["failed"].Value == failed && (!isOwn || m.Groups["labels"].Value.Contains($"receiver_name=\"{receiver}\"", StringComparison.Ordinal)))
            .Sum(m => double.TryParse(m.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : 0);
        return new(Sum(""), Sum("failed_"), isOwn);
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, string operation, CancellationToken cancellationToken) => answer.IsSuccessStatusCode
        ? await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)
        : throw new BackendException(Backend, operation, answer.StatusCode >= HttpStatusCode.InternalServerError ? BackendFailure.Broken : BackendFailure.Unexpected, null, answer.StatusCode);

    private async Task<HttpResponseMessage> SendAsync(ClusterKey cluster, ProgramRequest request, CancellationToken cancellationToken) =>
        await programs.SendAsPortalAsync(cluster, ClusterProgram.Alertmanager, request, cancellationToken).ConfigureAwait(false)
        ?? throw new BackendException(Backend, request.Operation, BackendFailure.NotFound, "the cluster has no Alertmanager");

    [GeneratedRegex(ReceiverConfig.Revision + "([0-9a-f]{12})", RegexOptions.CultureInvariant)]
    private static partial Regex RevisionName();

    [GeneratedRegex(@"^alertmanager_notification_requests_(?<failed>failed_)?total\{(?<labels>[^}]*)\}\s+(?<value>\S+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Counter();
}
