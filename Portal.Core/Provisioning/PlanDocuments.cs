using System.Collections.Immutable;
using System.Security.Cryptography;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>The lock of a subject. Holds the plan as it began: who finds a lock whose plan was never written writes it.</summary>
internal sealed record PlanLock
{
    public required string PlanId { get; init; }

    public required Plan Begun { get; init; }
}

/// <summary>How long the last plans of a kind took.</summary>
internal sealed record PlanStatistics
{
    public ImmutableArray<TimeSpan> Durations { get; init; } = [];

    public TimeSpan? Median => Durations.IsEmpty ? null : Durations.Order().ElementAt(Durations.Length / 2);
}

/// <summary>What the plan engine keeps.</summary>
internal static class PlanDocuments
{
    public const string OpenKey = "open";

    public static DocumentType<Plan> Plans { get; } = new("plan", 1, KeysOf);

    public static DocumentType<PlanLock> Locks { get; } = new("plan_lock", 1, _ => []);

    public static DocumentType<PlanStatistics> Statistics { get; } = new("plan_statistics", 1, _ => []);

    public static string LockId(CloudRegion region, string subject) => $"{region.Cloud}/{region.Region}/{subject}";

    public static string ProjectKey(CloudRegion region, string projectId) => $"project:{region.Cloud}/{region.Region}/{projectId}";

    public static string SubjectKey(CloudRegion region, string projectId, string subject) => $"subject:{region.Cloud}/{region.Region}/{projectId}/{subject}";

    /// <summary>Gives a new id; a list by id is then newest first.</summary>
    public static string NewId(DateTimeOffset now) =>
        $"{0xFFFF_FFFF_FFFF - now.ToUnixTimeMilliseconds():x12}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10))}";

    private static IEnumerable<string> KeysOf(Plan plan)
    {
        yield return ProjectKey(plan.Region, plan.ProjectId);
        yield return SubjectKey(plan.Region, plan.ProjectId, plan.Subject);
        if (!plan.IsEnded)
        {
            yield return OpenKey;
        }
    }
}
