using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Core.Provisioning;

/// <summary>Plans as people see them: a plan of another project, cloud or region is not there.</summary>
internal sealed class PlanService(
    IDocumentStore store, StepCatalog catalog, PlanLocks locks, PlanEnding ending, PlanObservers observers, IChangeBus bus, IWorkRunner work, TimeProvider time) : IPlanService
{
    private const int Listed = 200;

    /// <inheritdoc />
    public async Task<Plan> StartAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, PlanAction.Start, request.Subject, catalog.NeedsOf(request.Kind), cancellationToken).ConfigureAwait(false);
        var plan = await MakeAsync(scope, request, cancellationToken).ConfigureAwait(false);
        if (await locks.AcquireAsync(plan, cancellationToken).ConfigureAwait(false) is { } holder)
        {
            return await OrHolderAsync(scope, plan, holder, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            // Not the caller's token: the lock is taken, so the plan is begun.
            await store.PutAsync(PlanDocuments.Plans, plan.Id, plan, 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreConflictException)
        {
            // Who found the lock has written it.
        }

        await observers.ActedAsync(scope, PlanAction.Start, plan.Subject, plan, "ok", CancellationToken.None).ConfigureAwait(false);
        await TellAsync(plan).ConfigureAwait(false);
        return plan;
    }

    /// <inheritdoc />
    public async Task<Plan?> FindAsync(Scope scope, string planId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return (await ReadAsync(scope, planId, cancellationToken).ConfigureAwait(false))?.Value;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Plan>> ListAsync(Scope scope, string? subject, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var key = subject is null
            ? PlanDocuments.ProjectKey(scope.Region, scope.ProjectId)
            : PlanDocuments.SubjectKey(scope.Region, scope.ProjectId, subject);
        var found = await store.ListAsync(PlanDocuments.Plans, key, cancellationToken, Listed).ConfigureAwait(false);
        return [.. found.Select(f => f.Value)];
    }

    /// <inheritdoc />
    public async Task<Plan?> FindRunningAsync(Scope scope, string subject, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var plan = await locks.HolderAsync(scope.Region, subject, cancellationToken).ConfigureAwait(false);
        return plan?.ProjectId == scope.ProjectId ? plan : null;
    }

    /// <inheritdoc />
    public IAsyncEnumerable<Plan> WatchAsync(Scope scope, string planId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        return FollowAsync(scope, planId, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<LiveSnapshot<Plan>> WatchAllAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var signals = bus.SubscribeAsync(PlanTopics.Project(scope.ProjectId), cancellationToken);
        var plans = await ListAsync(scope, null, cancellationToken).ConfigureAwait(false);
        return new([.. plans], time.GetUtcNow(), ChangesAsync(scope, signals, cancellationToken));
    }

    /// <inheritdoc />
    public Task RetryAsync(Scope scope, string planId, string stepId, CancellationToken cancellationToken) => ChangeAsync(
        scope,
        planId,
        PlanAction.Retry,
        plan => PlanChanges.RunNow(plan, stepId, step => catalog.Find(plan.Kind, step)?.MaxAttempts ?? 1, time.GetUtcNow()),
        cancellationToken);

    /// <inheritdoc />
    public async Task CancelAsync(Scope scope, string planId, bool undo, CancellationToken cancellationToken)
    {
        if (undo && scope.Can(Capability.Write) && await ReadAsync(scope, planId, cancellationToken).ConfigureAwait(false) is { Value: { IsEnded: true } plan }
            && (await ListAsync(scope, plan.Subject, cancellationToken).ConfigureAwait(false)).Any(p => p.CreatedAt > plan.CreatedAt))
        {
            throw new InvalidOperationException($"A later plan has changed {plan.SubjectName}: what this one made can no longer be undone.");
        }

        await ChangeAsync(scope, planId, undo ? PlanAction.Undo : PlanAction.Cancel, p => PlanChanges.AskToStop(p, undo), cancellationToken).ConfigureAwait(false);
    }

    private async Task<Plan> MakeAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken)
    {
        var inputs = request.Inputs.ValueKind is JsonValueKind.Undefined ? JsonDocument.Parse("{}").RootElement : request.Inputs.Clone();
        var now = time.GetUtcNow();
        return new()
        {
            Id = PlanDocuments.NewId(now),
            Kind = request.Kind,
            KindVersion = catalog.VersionOf(request.Kind),
            Subject = request.Subject,
            SubjectName = request.SubjectName,
            ProjectId = scope.ProjectId,
            Region = scope.Region,
            RequestedById = scope.UserId,
            RequestedBy = scope.UserName,
            Inputs = inputs,
            Steps = catalog.Make(request.Kind, inputs),
            CreatedAt = now,
            Usual = await ending.UsualAsync(request.Kind, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<Plan> OrHolderAsync(Scope scope, Plan wanted, Plan holder, CancellationToken cancellationToken)
    {
        if (holder.ProjectId != scope.ProjectId)
        {
            await observers.ActedAsync(scope, PlanAction.Start, wanted.Subject, null, "forbidden", cancellationToken).ConfigureAwait(false);
            throw new ForbiddenException(Capability.Write, scope.ProjectId);
        }

        if (holder.Kind == wanted.Kind && !holder.CancelRequested && JsonElement.DeepEquals(holder.Inputs, wanted.Inputs))
        {
            await TellAsync(holder).ConfigureAwait(false);
            return holder;
        }

        await observers.ActedAsync(scope, PlanAction.Start, wanted.Subject, null, "locked", cancellationToken).ConfigureAwait(false);
        throw new SubjectLockedException(holder);
    }

    private async Task ChangeAsync(Scope scope, string planId, PlanAction action, Func<Plan, Plan> change, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, action, planId, Capability.Write, cancellationToken).ConfigureAwait(false);
        var round = 0;
        while (true)
        {
            if (await ReadAsync(scope, planId, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                await observers.ActedAsync(scope, action, planId, null, "not-found", cancellationToken).ConfigureAwait(false);
                throw new BackendException("portal", "find plan", BackendFailure.NotFound);
            }

            await DemandAsync(scope, action, planId, catalog.NeedsOf(found.Value.Kind), cancellationToken).ConfigureAwait(false);
            var changed = change(found.Value);
            if (ReferenceEquals(changed, found.Value) && (round == 0 || found.Value.Round != round))
            {
                return;
            }

            if (found.Value.IsEnded)
            {
                changed = changed with { Round = round = found.Value.Round + 1 };
                await BeginAgainAsync(scope, action, changed, cancellationToken).ConfigureAwait(false);
            }

            try
            {
                // Not the caller's token: once the lock is taken the plan is begun again, by whoever finds the lock.
                await store.PutAsync(PlanDocuments.Plans, planId, changed, found.Version, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StoreConflictException)
            {
                // The runner has written meanwhile, or who found our lock has begun the plan again: ask again of what is there now.
                continue;
            }

            await observers.ActedAsync(scope, action, changed.Subject, changed, "ok", CancellationToken.None).ConfigureAwait(false);
            await TellAsync(changed).ConfigureAwait(false);
            return;
        }
    }

    private async Task BeginAgainAsync(Scope scope, PlanAction action, Plan changed, CancellationToken cancellationToken)
    {
        if (await locks.AcquireAsync(changed, cancellationToken).ConfigureAwait(false) is { } holder)
        {
            await observers.ActedAsync(scope, action, changed.Subject, changed, "locked", cancellationToken).ConfigureAwait(false);
            throw new SubjectLockedException(holder);
        }
    }

    private async Task DemandAsync(Scope scope, PlanAction action, string subject, Capability needed, CancellationToken cancellationToken)
    {
        if (!scope.Can(needed))
        {
            await observers.ActedAsync(scope, action, subject, null, "forbidden", cancellationToken).ConfigureAwait(false);
            scope.Demand(needed);
        }
    }

    private async Task<Stored<Plan>?> ReadAsync(Scope scope, string planId, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(PlanDocuments.Plans, planId, cancellationToken).ConfigureAwait(false);
        return found?.Value.ProjectId == scope.ProjectId && found.Value.Region == scope.Region ? found : null;
    }

    private async Task TellAsync(Plan plan)
    {
        await bus.PublishAsync(PlanTopics.Plan(plan.Id), CancellationToken.None).ConfigureAwait(false);
        await bus.PublishAsync(PlanTopics.InProject(plan), CancellationToken.None).ConfigureAwait(false);
        await work.RunAsync(PlanTopics.WorkPrefix + plan.Id, CancellationToken.None).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<Plan> FollowAsync(Scope scope, string planId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var signals = bus.SubscribeAsync(PlanTopics.Plan(planId), cancellationToken);
        var version = 0L;
        if (await ReadAsync(scope, planId, cancellationToken).ConfigureAwait(false) is { } first)
        {
            version = first.Version;
            yield return first.Value;
        }

        await foreach (var _ in signals.ConfigureAwait(false))
        {
            if (await ReadAsync(scope, planId, cancellationToken).ConfigureAwait(false) is { } now && now.Version != version)
            {
                version = now.Version;
                yield return now.Value;
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<Change<Plan>>> ChangesAsync(Scope scope, IAsyncEnumerable<string> signals, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = PlanTopics.Project(scope.ProjectId);
        await foreach (var topic in signals.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // The bare prefix: so many changes that they were folded.
            var plans = topic == prefix
                ? await ListAsync(scope, null, cancellationToken).ConfigureAwait(false)
                : await ReadAsync(scope, topic[prefix.Length..], cancellationToken).ConfigureAwait(false) is { } one ? ImmutableArray.Create(one.Value) : [];
            if (plans.Count > 0)
            {
                yield return [.. plans.Select(p => new Change<Plan>(ChangeType.Upsert, p))];
            }
        }
    }
}
