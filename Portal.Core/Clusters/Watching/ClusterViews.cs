using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters.Explanations;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Watching;

/// <summary>Makes of Magnum's row, the cluster's plans and what other features know what people are told.</summary>
internal static class ClusterViews
{
    /// <summary>Derives a view for a person.</summary>
    public static ClusterView Derive(ClusterRow row, IReadOnlyCollection<Plan> plans, ImmutableArray<ClusterCondition> conditions, Scope scope)
    {
        var holder = plans.Where(IsOpen).OrderByDescending(p => p.CreatedAt).FirstOrDefault();
        var initialisation = plans.Where(p => p.Kind == ClusterPlans.Initialisation).OrderByDescending(p => p.CreatedAt).FirstOrDefault();
        var state = State(row, holder, initialisation, conditions);
        return new ClusterView
        {
            Cluster = row.Cluster,
            State = state,
            TemplateName = row.TemplateName,
            Platform = Platform(initialisation),
            Lock = holder is null ? null : new ClusterLock(holder.Id, holder.Kind, holder.RequestedBy, holder.CreatedAt, holder.Usual),
            Actions = ClusterActions.Of(row.Cluster, holder, initialisation, scope),
        };
    }

    /// <summary>Gets whether a plan holds its subject's lock.</summary>
    internal static bool IsOpen(Plan plan) => plan.State is PlanState.Running or PlanState.NeedsSomeone or PlanState.BeingUndone;

    private static ClusterState State(ClusterRow row, Plan? holder, Plan? initialisation, ImmutableArray<ClusterCondition> conditions) => row.Cluster.Status switch
    {
        _ when holder is { Kind: ClusterPlans.Delete } => Deleting(row, holder),
        ClusterStatus.DeleteInProgress or ClusterStatus.DeleteComplete => Late(Of(StateKind.Run, "deleting", row.StatusSince), row),
        ClusterStatus.DeleteFailed => Failed("deletion-failed", row),
        ClusterStatus.CreateFailed => Failed("creation-failed", row),
        ClusterStatus.CreateInProgress => Late(Of(StateKind.Run, "being-created", row.Cluster.CreatedAt ?? row.StatusSince) with { Reason = Current(initialisation)?.Reason, Usual = row.Usual }, row),
        ClusterStatus.RollbackInProgress => Late(Of(StateKind.Run, "rolling-back", row.StatusSince), row),
        _ when holder is { Kind: ClusterPlans.Resize } => Late(Changing(holder, "resizing"), row),
        _ when holder is { Kind: ClusterPlans.RotateAuthority } => Late(Changing(holder, "rotating-certificates"), row),
        ClusterStatus.UpdateInProgress => Late(Of(StateKind.Run, row.Cluster.IsDetailed && row.Cluster.NodeCount != row.Cluster.NodeAddresses.Length ? "resizing" : "updating", row.StatusSince), row),
        ClusterStatus.UpdateFailed or ClusterStatus.RollbackFailed => Failed("change-failed", row),
        ClusterStatus.Unknown => Of(StateKind.Unknown, "no-answer", row.StatusSince),
        _ => Complete(row, initialisation, conditions),
    };

    private static ClusterState Complete(ClusterRow row, Plan? initialisation, ImmutableArray<ClusterCondition> conditions) => initialisation?.State switch
    {
        PlanState.Running => Of(StateKind.Run, "being-initialised", initialisation.CreatedAt) with { Reason = StepReason(initialisation) },
        PlanState.NeedsSomeone => Of(StateKind.You, "initialisation-stopped", Current(initialisation)?.Since) with
        {
            Reason = StepReason(initialisation),
            Actor = Current(initialisation)?.Actor ?? Actor.Project,
        },
        PlanState.Failed => Of(StateKind.You, "initialisation-stopped", initialisation.EndedAt) with { Reason = StepReason(initialisation), Actor = Actor.Project },
        PlanState.Done => Ready(row, initialisation, conditions),
        PlanState.BeingUndone => Of(StateKind.Run, "being-initialised", initialisation.CreatedAt) with { Reason = Reason.Of("cluster.being-undone") },
        _ => Of(StateKind.Wait, "not-initialised", row.StatusSince) with { Actor = Actor.Project },
    };

    private static ClusterState Ready(ClusterRow row, Plan initialisation, ImmutableArray<ClusterCondition> conditions)
    {
        var worst = conditions.IsDefaultOrEmpty ? null : conditions.MinBy(c => c.Kind);
        if (worst is { Kind: StateKind.Unknown })
        {
            var why = worst.Reason.Code == ClusterCondition.ApiSilent ? FactRules.Unreachable(row.Cluster) : null;
            return Of(StateKind.Unknown, "no-answer", worst.Since) with { Reason = why?.Reason ?? worst.Reason, Actor = why?.Actor ?? worst.Actor };
        }

        if (worst is { Kind: < StateKind.Ok })
        {
            return Of(StateKind.Warn, "degraded", worst.Since) with { Reason = worst.Reason, Actor = worst.Actor };
        }

        if (FactRules.Unhealthy(row.Cluster) is { } ill)
        {
            return Of(StateKind.Warn, "degraded", null) with { Reason = ill.Reason, Actor = ill.Actor };
        }

        if (row.Cluster.Health is HealthStatus.Unhealthy)
        {
            var (part, message) = row.Cluster.HealthReasons.OrderBy(p => p.Key, StringComparer.Ordinal).FirstOrDefault(p => p.Value is not ("ok" or "True"));
            return Of(StateKind.Warn, "degraded", null) with { Reason = Reason.Of("cluster.unhealthy", ("part", part ?? ""), ("message", message ?? "")), Actor = Actor.Project };
        }

        return Of(StateKind.Ok, "ready", initialisation.EndedAt);
    }

    private static ClusterState Deleting(ClusterRow row, Plan plan) => plan.State is PlanState.NeedsSomeone
        ? Of(StateKind.Warn, "deletion-blocked", Current(plan)?.Since) with { Reason = StepReason(plan) ?? row.Explanation?.Reason, Actor = Current(plan)?.Actor ?? Actor.Project }
        : Late(Of(StateKind.Run, "deleting", plan.CreatedAt), row);

    private static ClusterState Changing(Plan plan, string code) => plan.State is PlanState.NeedsSomeone
        ? Of(StateKind.Fail, "change-failed", Current(plan)?.Since) with { Reason = StepReason(plan), Actor = Current(plan)?.Actor ?? Actor.Project }
        : Of(StateKind.Run, code, plan.CreatedAt);

    private static ClusterState Failed(string code, ClusterRow row) => Of(StateKind.Fail, code, row.StatusSince) with
    {
        Reason = row.Explanation?.Reason ?? (row.Cluster.StatusReason is { } said ? Reason.Of("cluster.why.magnum", ("message", said)) : null),
        Actor = row.Explanation?.Actor ?? Actor.Project,
        Usual = row.Cluster.Status is ClusterStatus.CreateFailed ? row.Usual : null,
    };

    // What takes much longer than usual is told by what it waits for, and who can see to it.
    private static ClusterState Late(ClusterState state, ClusterRow row) => row.Explanation is { } why && row.Cluster.Status.IsInProgress()
        ? state with { Kind = StateKind.Warn, Reason = why.Reason, Actor = why.Actor, Usual = why.Usual }
        : state;

    private static PlatformState Platform(Plan? plan) => plan is null
        ? new PlatformState(null, null, 0, 0, null, null)
        : new PlatformState(
            plan.Id,
            plan.State,
            plan.Steps.Count(s => s.State is StepState.Done or StepState.Skipped),
            plan.Steps.Length,
            Current(plan)?.Id,
            plan.Inputs.ValueKind is System.Text.Json.JsonValueKind.Object && plan.Inputs.TryGetProperty("profile", out var profile) ? profile.GetString() : null);

    private static PlanStep? Current(Plan? plan) =>
        plan?.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone or StepState.Failed)
        ?? plan?.Steps.FirstOrDefault(s => s.State is StepState.Retrying)
        ?? plan?.Steps.FirstOrDefault(s => s.State is StepState.Running)
        ?? plan?.Steps.FirstOrDefault(s => s.State is StepState.Waiting && s.StartedAt is not null);

    private static Reason? StepReason(Plan plan) => Current(plan) is { } step
        ? step.Reason ?? Reason.Of("cluster.step", ("step", step.Id))
        : null;

    private static ClusterState Of(StateKind kind, string code, DateTimeOffset? since) => new() { Kind = kind, Code = code, Since = since };
}
