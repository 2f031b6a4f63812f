using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Explanations;

/// <summary>How long the newest creations from a template took, as the portal saw them.</summary>
internal sealed record TemplateTimes
{
    public static readonly DocumentType<TemplateTimes> Type = new("creation_times", 1, _ => []);

    /// <summary>Gets the seconds by cluster, newest last.</summary>
    public required ImmutableArray<CreationTime> Times { get; init; }
}

/// <summary>One creation.</summary>
internal sealed record CreationTime(string ClusterId, double Seconds);

/// <summary>Remembers how long creations take, by template: the median of the newest is what is usual.</summary>
internal sealed class CreationTimes(IDocumentStore store, TimeProvider time, ILogger<CreationTimes> logger)
{
    private const int Kept = 25;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, (TimeSpan? Usual, DateTimeOffset At)> known = new(StringComparer.Ordinal);

    /// <summary>Takes a creation that the portal saw end. Never fails: it is a comfort.</summary>
    public async Task AddAsync(CloudRegion region, Cluster cluster, TimeSpan took, CancellationToken cancellationToken)
    {
        var id = Id(region, cluster.TemplateId);
        try
        {
            var stored = await store.FindAsync(TemplateTimes.Type, id, cancellationToken).ConfigureAwait(false);
            var times = (stored?.Value.Times ?? []).Where(t => t.ClusterId != cluster.Id).Append(new CreationTime(cluster.Id, took.TotalSeconds)).TakeLast(Kept);
            var next = new TemplateTimes { Times = [.. times] };
            await store.PutAsync(TemplateTimes.Type, id, next, stored?.Version, cancellationToken).ConfigureAwait(false);
            known[id] = (Median(next.Times), time.GetUtcNow());
        }
        catch (Exception e) when (e is StorageException or StoreConflictException or IOException)
        {
            // With a conflict another replica saw the same creation.
            logger.CreationTimesNotKept(id, e);
        }
    }

    /// <summary>Gives what is usual for a template, or null when the portal saw no creation from it.</summary>
    public async Task<TimeSpan?> UsualAsync(CloudRegion region, string templateId, CancellationToken cancellationToken)
    {
        var id = Id(region, templateId);
        if (known.TryGetValue(id, out var last) && time.GetUtcNow() - last.At < Fresh)
        {
            return last.Usual;
        }

        try
        {
            var stored = await store.FindAsync(TemplateTimes.Type, id, cancellationToken).ConfigureAwait(false);
            var usual = stored is null ? null : Median(stored.Value.Times);
            known[id] = (usual, time.GetUtcNow());
            return usual;
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            logger.CreationTimesNotKept(id, e);
            return last.Usual;
        }
    }

    private static TimeSpan? Median(ImmutableArray<CreationTime> times)
    {
        if (times.IsDefaultOrEmpty)
        {
            return null;
        }

        var sorted = times.Select(t => t.Seconds).Order().ToList();
        var middle = sorted.Count / 2;
        return TimeSpan.FromSeconds(sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    private static string Id(CloudRegion region, string templateId) => $"{region.Cloud}/{region.Region}/{templateId}";
}
