using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <inheritdoc />
internal sealed class PullRenewalService(MappingTools tools, IPlanService plans, IPullSecretHolders holders, IAuditLog audit) : IPullRenewal
{
    public async Task<PullSecretState?> FindAsync(Scope scope, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (await tools.Store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false) is not { ReadyAt: not null, HarborProjectId: { } harborProject, Pull.FullName: { } name } mapping)
        {
            return null;
        }

        var robots = await tools.Accounts.ListRobotsAsync(harborProject, cancellationToken).ConfigureAwait(false);
        var clusters = await holders.ListAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false);
        var plan = await plans.FindRunningAsync(scope, MappingPlans.Subject(scope.ProjectId), cancellationToken).ConfigureAwait(false);
        return new(
            name, robots.FirstOrDefault(r => r.FullName == name)?.CreatedAt, [.. PullRobots.Before(mapping, robots).Select(r => r.FullName)], clusters.Count, plan);
    }

    public async Task<Plan> RenewAsync(Scope scope, CancellationToken cancellationToken)
    {
        const string action = "registry.pull-secret.renew";
        var subject = MappingPlans.Subject(scope.ProjectId);
        if (!scope.Can(Capability.Write))
        {
            await audit.WriteAsync(scope, action, subject, "forbidden", cancellationToken).ConfigureAwait(false);
        }

        scope.Demand(Capability.Write);
        if (await tools.Store.FindAsync(scope.ProjectId, cancellationToken).ConfigureAwait(false) is not { ReadyAt: not null })
        {
            throw new BackendException("harbor", "renew the pull credential", BackendFailure.NotFound, "the project has no place in Harbor yet");
        }

        var plan = await plans.StartAsync(scope, MappingPlans.Request(scope.ProjectId, scope.ProjectName, MappingPlans.PullRenewal), cancellationToken).ConfigureAwait(false);
        await audit.WriteAsync(scope, action, subject, "ok", cancellationToken).ConfigureAwait(false);
        return plan;
    }
}
