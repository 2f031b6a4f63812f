using System.Globalization;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <inheritdoc />
internal sealed class MappingRemoval(RemovalTools tools, ComparisonStore store, IPlanService plans, IAuditLog audit, TimeProvider time) : IMappingRemoval
{
    private const string Action = "mapping.remove";

    public async Task<RemovalPreview> PreviewAsync(Scope scope, string projectId, CancellationToken cancellationToken)
    {
        await DemandAsync(scope, projectId, cancellationToken).ConfigureAwait(false);
        var blocked = await tools.WhyNotAsync(projectId, cancellationToken).ConfigureAwait(false);
        var place = await tools.LookAsync(projectId, cancellationToken).ConfigureAwait(false);
        var preview = new RemovalPreview
        {
            ProjectId = projectId,
            Blocked = blocked ?? (place.IsNothing ? Reason.Of("mapping.removal.nothing") : null),
            UserName = place.User?.UserName,
            Left = place.Left,
            HasRecord = place.Record is not null,
        };
        if (place.Project is not { } project)
        {
            return preview;
        }

        var quota = await tools.Mapping.Harbor.FindQuotaAsync(project.Id, cancellationToken).ConfigureAwait(false);
        var robots = await tools.Mapping.Accounts.ListRobotsAsync(project.Id, cancellationToken).ConfigureAwait(false);
        return preview with
        {
            HarborProject = project.Name,
            Repositories = project.RepositoryCount,
            Bytes = quota?.Used ?? 0,
            Robots = [.. robots.Select(r => r.FullName).Order(StringComparer.Ordinal)],
        };
    }

    public async Task<Plan> RemoveAsync(Scope scope, string projectId, string? typedName, CancellationToken cancellationToken)
    {
        var preview = await PreviewAsync(scope, projectId, cancellationToken).ConfigureAwait(false);
        if (preview.Blocked is { } blocked)
        {
            throw Refused(blocked.Code);
        }

        if (preview.NeedsName && typedName != preview.HarborProject)
        {
            throw Refused($"it holds images: type its name, {preview.HarborProject}");
        }

        await StopAsync(scope, projectId, cancellationToken).ConfigureAwait(false);
        var name = preview.HarborProject ?? preview.UserName ?? projectId;
        Plan plan;
        try
        {
            plan = await plans.StartAsync(scope, RemovalPlans.Request(new(projectId, preview.NeedsName), name), cancellationToken).ConfigureAwait(false);
        }
        catch (SubjectLockedException)
        {
            throw Refused("its own plan is being stopped; try again in a moment");
        }

        var run = new PlaceRepairRun(plan.Id, scope.Region, scope.UserName, time.GetUtcNow()) { InProject = scope.ProjectId };
        await store.ChangeAsync(r => r with { Runs = r.Runs.SetItem(projectId, run) }, CancellationToken.None).ConfigureAwait(false);
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["repositories"] = preview.Repositories.ToString(CultureInfo.InvariantCulture),
            ["bytes"] = preview.Bytes.ToString(CultureInfo.InvariantCulture),
            ["plan"] = plan.Id,
        };
        await audit.WriteAsync(scope, Action, MappingPlans.Subject(projectId), "ok", CancellationToken.None, details: details).ConfigureAwait(false);
        return plan;
    }

    private static BackendException Refused(string why) => new("portal", "take the place away", BackendFailure.Conflict, why);

    // A plan that makes the place of a project that is gone would go on for ever, and nobody can enter the project to stop it.
    private async Task StopAsync(Scope scope, string projectId, CancellationToken cancellationToken)
    {
        var tenant = scope with { ProjectId = projectId, Capabilities = [Capability.Read, Capability.Write] };
        if (await plans.FindRunningAsync(tenant, MappingPlans.Subject(projectId), cancellationToken).ConfigureAwait(false) is { Kind: MappingPlans.Kind } making)
        {
            await plans.CancelAsync(tenant, making.Id, undo: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DemandAsync(Scope scope, string projectId, CancellationToken cancellationToken)
    {
        if (!scope.Can(Capability.Administer))
        {
            await audit.WriteAsync(scope, Action, MappingPlans.Subject(projectId), "forbidden", cancellationToken).ConfigureAwait(false);
            scope.Demand(Capability.Administer);
        }
    }
}
