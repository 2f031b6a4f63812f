using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Keystone's projects against their places in Harbor, for the platform team: every method needs <see cref="Capability.Administer"/>.</summary>
public interface IMappingComparison
{
    /// <summary>Gives the last comparison, with where the repairs stand that were begun since.</summary>
    Task<ComparisonReport> GetAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Compares now; gives the result. When somebody else's comparison runs, gives the last result with <see cref="ComparisonReport.RunningSince"/>; when a backend fails, with <see cref="ComparisonReport.Failure"/>.</summary>
    /// <param name="scope">Who asks.</param>
    /// <param name="closely">Whether members, robots and secrets of every place are looked at: up to five calls for each.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ComparisonReport> CompareAsync(Scope scope, bool closely, CancellationToken cancellationToken);

    /// <summary>Begins the repair of these places, as the last comparison said it would; audited in each project and here. At most <see cref="MaxRepairs"/>.</summary>
    /// <returns>What became of each.</returns>
    Task<ImmutableArray<BegunRepair>> RepairAsync(Scope scope, IReadOnlyCollection<string> projectIds, CancellationToken cancellationToken);

    /// <summary>How many repairs are begun at once.</summary>
    public const int MaxRepairs = 100;
}

/// <summary>What became of one wish to repair.</summary>
/// <param name="ProjectId">Keystone project id.</param>
/// <param name="Run">The repair, or null when it was not begun.</param>
/// <param name="Refused">Why it was not begun, or null.</param>
public sealed record BegunRepair(string ProjectId, PlaceRepairRun? Run, Exception? Refused);
