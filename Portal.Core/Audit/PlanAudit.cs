using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Audit;

/// <summary>Writes what people do with plans to the audit: <c>plan.start</c>, <c>plan.retry</c>, <c>plan.cancel</c>, <c>plan.undo</c>.</summary>
internal sealed class PlanAudit(IAuditLog audit) : IPlanObserver
{
    /// <inheritdoc />
    public Task ActedAsync(Scope scope, PlanAction action, string subject, Plan? plan, string result, CancellationToken cancellationToken)
    {
        // A plan of another project is no fact for this one.
        var details = plan is null || plan.ProjectId != scope.ProjectId
            ? ImmutableDictionary<string, string>.Empty
            : ImmutableDictionary<string, string>.Empty.Add("plan", plan.Id).Add("kind", plan.Kind);
        return audit.WriteAsync(scope, $"plan.{action.ToString().ToLowerInvariant()}", subject, result, cancellationToken, details: details);
    }

    /// <summary>The plan itself is kept with its end; nobody did it.</summary>
    public Task EndedAsync(Plan plan, CancellationToken cancellationToken) => Task.CompletedTask;
}
