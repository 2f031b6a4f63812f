using System.Collections.Immutable;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Comparison;

/// <inheritdoc />
internal sealed class MappingComparison(
    ComparisonRunner runner, ComparisonStore store, IMappingService mapping, IPlanService plans, IPlatformScope platform, IAuditLog audit, TimeProvider time) : IMappingComparison
{
    private const string Subject = "mapping/all";

    public async Task<ComparisonReport> GetAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Administer);
        return await WithRunsAsync(scope, await store.FindAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public async Task<ComparisonReport> CompareAsync(Scope scope, bool closely, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "mapping.compare", cancellationToken).ConfigureAwait(false);
        var report = await runner.RunAsync(closely, scope.UserName, _ => true, cancellationToken).ConfigureAwait(false);
        if (report is not null)
        {
            await audit.WriteAsync(scope, "mapping.compare", Subject, report.Failure is { } failure ? failure.Failure.ToString() : "ok", cancellationToken).ConfigureAwait(false);
        }

        return await WithRunsAsync(scope, report ?? await store.FindAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public async Task<ImmutableArray<BegunRepair>> RepairAsync(Scope scope, IReadOnlyCollection<string> projectIds, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, "mapping.repair-places", cancellationToken).ConfigureAwait(false);
        var report = await store.FindAsync(cancellationToken).ConfigureAwait(false);
        var places = report.Places.Where(p => p.Repair is not PlaceRepair.None).ToDictionary(p => p.ProjectId, StringComparer.Ordinal);
        var begun = ImmutableArray.CreateBuilder<BegunRepair>();
        foreach (var id in projectIds.Distinct(StringComparer.Ordinal).Take(IMappingComparison.MaxRepairs))
        {
            begun.Add(places.TryGetValue(id, out var place)
                ? await BeginAsync(scope, place, cancellationToken).ConfigureAwait(false)
                : new BegunRepair(id, null, new BackendException("portal", "repair the place", BackendFailure.Conflict, "the last comparison has no repair for it")));
        }

        var runs = begun.Where(b => b.Run is not null).ToDictionary(b => b.ProjectId, b => b.Run!);
        if (runs.Count > 0)
        {
            // Not the caller's token: they are begun.
            await store.ChangeAsync(r => r with { Runs = r.Runs.SetItems(runs) }, CancellationToken.None).ConfigureAwait(false);
        }

        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["begun"] = $"{runs.Count}", ["asked"] = $"{projectIds.Count}" };
        await audit.WriteAsync(scope, "mapping.repair-places", Subject, "ok", CancellationToken.None, details: details).ConfigureAwait(false);
        return begun.ToImmutable();
    }

    private async Task<BegunRepair> BeginAsync(Scope scope, ComparedPlace place, CancellationToken cancellationToken)
    {
        try
        {
            // Keystone is asked again: who was switched off or deleted meanwhile is not entered.
            var service = await platform.ForProjectAsync(place.Region!, place.ProjectId, "mapping.repair", scope.UserName, cancellationToken).ConfigureAwait(false);
            var tenant = service with { UserId = scope.UserId, UserName = scope.UserName, Capabilities = [Capability.Read, Capability.Write] };
            var status = place.Repair is PlaceRepair.Make
                ? await mapping.EnsureAsync(tenant, cancellationToken).ConfigureAwait(false)
                : await mapping.RepairAsync(tenant, cancellationToken).ConfigureAwait(false);
            if (status.Plan is not { } plan)
            {
                return new(place.ProjectId, null, new BackendException("portal", "repair the place", BackendFailure.Conflict, "it is ready already"));
            }

            foreach (var step in plan.Steps.Where(s => plan.State is PlanState.NeedsSomeone && s.State is StepState.NeedsSomeone))
            {
                await plans.RetryAsync(tenant, plan.Id, step.Id, cancellationToken).ConfigureAwait(false);
            }

            return new(place.ProjectId, new PlaceRepairRun(plan.Id, place.Region!, scope.UserName, time.GetUtcNow()), null);
        }
        catch (Exception e) when (e is BackendException or SubjectLockedException)
        {
            return new(place.ProjectId, null, e);
        }
    }

    private async Task<ComparisonReport> WithRunsAsync(Scope scope, ComparisonReport report, CancellationToken cancellationToken)
    {
        if (report.Runs.IsEmpty)
        {
            return report;
        }

        var places = report.Places.ToBuilder();
        for (var i = 0; i < places.Count; i++)
        {
            if (report.Runs.TryGetValue(places[i].ProjectId, out var run))
            {
                // A plan is its project's; the platform team may see how its own repair goes.
                var tenant = scope with { ProjectId = run.InProject ?? places[i].ProjectId, Region = run.Region, Capabilities = [Capability.Read] };
                var plan = await plans.FindAsync(tenant, run.PlanId, cancellationToken).ConfigureAwait(false);
                var stuck = plan?.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone or StepState.Failed or StepState.Retrying) ?? plan?.Steps.FirstOrDefault(s => s.State is StepState.Running);
                places[i] = places[i] with { Run = run with { State = plan?.State, Reason = plan?.State is PlanState.Done ? null : stuck?.Reason } };
            }
        }

        return report with { Places = places.ToImmutable() };
    }

    private async Task DemandAsync(Scope scope, string action, CancellationToken cancellationToken)
    {
        if (!scope.Can(Capability.Administer))
        {
            await audit.WriteAsync(scope, action, Subject, "forbidden", cancellationToken).ConfigureAwait(false);
            scope.Demand(Capability.Administer);
        }
    }
}
