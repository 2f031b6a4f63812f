using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Magnum;

namespace Portal.Core.Clusters.Explanations;

/// <summary>
/// Reads what lies under a cluster that failed or is late: at most a detail of Magnum, a stack and two lists of Heat. What
/// does not answer is named and spoils nothing; all of it together has a limit of time.
/// </summary>
internal sealed class StuckReader(IMagnumClient magnum, IHeatClient heat)
{
    private const int MaxResources = 200;
    private const int MaxEvents = 100;

    public async Task<StuckFacts> ReadAsync(Scope scope, Cluster cluster, Lateness lateness, CancellationToken cancellationToken)
    {
        var parts = new EvidenceParts(cancellationToken);
        var failed = cluster.Status.IsFailed();

        // Lists have no faults.
        var detailed = failed && cluster.Faults.IsEmpty
            ? await parts.ReadAsync("magnum", ended => magnum.FindClusterAsync(scope, cluster.Id, ended)).ConfigureAwait(false)
            : null;
        var facts = new StuckFacts { Scope = scope, Cluster = detailed?.ProjectId == cluster.ProjectId ? detailed : cluster, Lateness = lateness };
        var stack = facts.IsWithoutHeat || cluster.StackId is not { } id ? null : await parts.ReadAsync("heat", ended => heat.FindStackAsync(scope, id, ended)).ConfigureAwait(false);
        if (stack is not null)
        {
            facts = await InsideAsync(facts with { Stack = stack }, failed, parts).ConfigureAwait(false);
        }

        return facts with { Missing = parts.Missing };
    }

    private async Task<StuckFacts> InsideAsync(StuckFacts facts, bool failed, EvidenceParts parts)
    {
        var stack = facts.Stack!;
        var state = failed ? "FAILED" : "IN_PROGRESS";
        var resources = await parts.ReadAsync("heat", ended => heat.ListNestedAsync(facts.Scope, stack, state, null, ended)!).ConfigureAwait(false) ?? [];
        var bounded = resources.TakeLast(MaxResources).ToImmutableArray();
        var events = failed && !bounded.IsEmpty
            ? []
            : await parts.ReadAsync("heat", ended => heat.ListEventsAsync(facts.Scope, stack, MaxEvents, ended)!).ConfigureAwait(false) ?? [];
        return facts with { Failed = failed ? bounded : [], Running = failed ? [] : bounded, Events = [.. events] };
    }
}
