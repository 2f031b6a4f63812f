using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Steps;

/// <summary>Sets the site's storage limit once; what the platform team changes later stays.</summary>
internal sealed class SetQuotaStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.quota";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [CreateProjectStep.StepId];

    /// <summary>Goes with the project, and stays with it.</summary>
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (mapping.StorageLimit is not null)
        {
            return StepResult.Done;
        }

        var project = await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        if (await tools.Harbor.FindQuotaAsync(project.Id, cancellationToken).ConfigureAwait(false) is not { } quota)
        {
            return StepResult.Skipped(Reason.Of("mapping.no-quota"));
        }

        var limit = tools.Options.StorageLimit;
        if (quota.Limit != limit)
        {
            await tools.Harbor.SetQuotaAsync(quota.Id, limit, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.quota.set", $"{mapping.HarborProject}: {limit}", cancellationToken).ConfigureAwait(false);
        }

        await tools.ChangeAsync(context, m => m with { StorageLimit = limit }, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
