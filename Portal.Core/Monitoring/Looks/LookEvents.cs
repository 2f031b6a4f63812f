using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Looks;

/// <summary>An event of a cluster, as Kubernetes keeps it for about an hour.</summary>
/// <param name="ClusterId">Magnum uuid of its cluster.</param>
/// <param name="At">When it was last seen (UTC).</param>
/// <param name="IsWarning">Whether its type is <c>Warning</c>.</param>
/// <param name="Reason">A word for machines: <c>BackOff</c>, <c>FailedScheduling</c>.</param>
/// <param name="Message">What happened, cut where it is long.</param>
/// <param name="Kind">Kind of the object that it is about.</param>
/// <param name="Namespace">Its namespace; empty for what has none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Count">How often it was seen.</param>
public sealed record LookEvent(string ClusterId, DateTimeOffset At, bool IsWarning, string Reason, string Message, string Kind, string Namespace, string Name, int Count);

/// <summary>Gives the events of a range; needs <see cref="Capability.Read"/>.</summary>
public interface ILookEvents
{
    /// <summary>Events that are given at most.</summary>
    public const int Most = 200;

    /// <summary>Gives the youngest events, read as the person (<c>/api/v1/events</c>); a cluster that fails is named in the answer.</summary>
    /// <exception cref="ForbiddenException">A cluster is of another project, or the person may not read.</exception>
    Task<LookPart<LookEvent>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class KubernetesEvents(IClusterConnector connector, TimeProvider time) : ILookEvents
{
    private const int LongestMessage = 1000;

    // A cluster's events are its tenant's: of very many the younger half is kept.
    private const int MostKept = 10_000;
    private static readonly KubernetesResource Event = KubernetesResource.Of("v1", "Event");

    public Task<LookPart<LookEvent>> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken) =>
        EachCluster.AskAsync(
            scope,
            question,
            time,
            async (cluster, stop) =>
            {
                var api = await connector.AsPersonAsync(cluster.Key, scope, stop).ConfigureAwait(false);
                var found = new List<LookEvent>();
                await ClusterReading.ReadAsync(api, Event, question.Selection.Namespace, page => Keep(found, page.Select(e => Read(cluster.Key.ClusterId, e, question)).OfType<LookEvent>()), stop).ConfigureAwait(false);
                return found;
            },
            e => e.At,
            ILookEvents.Most,
            cancellationToken);

    /// <summary>Reads an event; null for one of another time or about something else.</summary>
    internal static LookEvent? Read(string clusterId, JsonObject item, LookQuestion question)
    {
        var about = item["involvedObject"];
        var last = Time(item["series"], "lastObservedTime") ?? Time(item, "lastTimestamp") ?? Time(item, "eventTime") ?? Time(item["metadata"], "creationTimestamp");
        var first = Time(item, "firstTimestamp") ?? Time(item, "eventTime") ?? last;
        var (kind, space, name) = (Text(about, "kind"), Text(about, "namespace"), Text(about, "name"));
        if (last is not { } at || first > question.To || at < question.From || !LookPlace.Has(question.Selection, kind, space, name, Text(item["source"], "host")))
        {
            return null;
        }

        var message = Text(item, "message");
        var count = item["series"]?["count"] ?? item["count"];
        return new(clusterId, at, Text(item, "type") == "Warning", Text(item, "reason"), message.Length > LongestMessage ? message[..LongestMessage] : message, kind, space, name, count is JsonValue number && number.TryGetValue<int>(out var times) ? Math.Max(1, times) : 1);
    }

    private static void Keep(List<LookEvent> found, IEnumerable<LookEvent> more)
    {
        found.AddRange(more);
        if (found.Count > MostKept)
        {
            found.Sort((a, b) => b.At.CompareTo(a.At));
            found.RemoveRange(MostKept / 2, found.Count - (MostKept / 2));
        }
    }

    private static string Text(JsonNode? of, string name) => of is JsonObject o && o[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    private static DateTimeOffset? Time(JsonNode? of, string name) =>
        DateTimeOffset.TryParse(Text(of, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
}
