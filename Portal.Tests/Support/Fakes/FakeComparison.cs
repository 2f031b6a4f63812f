using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;

namespace Portal.Tests.Support.Fakes;

/// <summary>A comparison that a test sets; remembers what was asked of it.</summary>
internal sealed class FakeComparison : IMappingComparison
{
    private static readonly CloudRegion Region = new("sandbox", "RegionOne");

    public ComparisonReport Report { get; set; } = Of(
        Place("p1", "team-shop", "tenants", PlaceState.InSync),
        Place("p2", "team-data", "tenants", PlaceState.Differs, "mapping.diff.user-gone", PlaceRepair.Repair),
        Place("p3", "=cmd()", "Default", PlaceState.Missing, "mapping.diff.never-finished", PlaceRepair.Repair),
        Place("p4", "team-lab", "Default", PlaceState.Unmapped, null, PlaceRepair.Make));

    public Exception? Failure { get; set; }

    public List<string> Asked { get; } = [];

    public static ComparisonReport Of(params ComparedPlace[] places) => new()
    {
        ComparedAt = DateTimeOffset.UtcNow.AddMinutes(-5),
        Took = TimeSpan.FromSeconds(3),
        Counts = places.GroupBy(p => p.State).ToImmutableDictionary(g => g.Key, g => g.Count()),
        Places = [.. places],
    };

    public static ComparedPlace Place(string id, string name, string domain, PlaceState state, string? code = null, PlaceRepair repair = PlaceRepair.None) => new()
    {
        ProjectId = id,
        State = state,
        ProjectName = name,
        Domain = domain,
        Region = Region,
        HarborProject = state is PlaceState.Unmapped ? null : "harbor-" + id,
        UserName = "project-" + id,
        Differences = code is null ? [] : [Reason.Of(code, ("user", "project-" + id))],
        Repair = repair,
        Outcome = repair is PlaceRepair.Repair ? Reason.Of("mapping.repair.mend") : null,
    };

    public Task<ComparisonReport> GetAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Administer);
        return Failure is null ? Task.FromResult(Report) : Task.FromException<ComparisonReport>(Failure);
    }

    public Task<ComparisonReport> CompareAsync(Scope scope, bool closely, CancellationToken cancellationToken)
    {
        Asked.Add(closely ? "closely" : "compare");
        return GetAsync(scope, cancellationToken);
    }

    public Task<ImmutableArray<BegunRepair>> RepairAsync(Scope scope, IReadOnlyCollection<string> projectIds, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Administer);
        Asked.Add("repair " + string.Join(',', projectIds));
        return Task.FromResult(projectIds.Select(id => new BegunRepair(id, new PlaceRepairRun("plan-1", Region, scope.UserName, DateTimeOffset.UtcNow), null)).ToImmutableArray());
    }
}
