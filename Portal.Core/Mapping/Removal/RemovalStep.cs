using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>A step of a removal: right before each, Keystone is asked again. There is no way back, so nothing is undone.</summary>
internal abstract class RemovalStep(RemovalTools tools) : MappingStep(tools.Mapping.Account)
{
    public override string PlanKind => RemovalPlans.Kind;

    public override string Phase => "delete";

    protected RemovalTools Tools => tools;

    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected sealed override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var projectId = MappingTools.ProjectId(context);
        return await tools.WhyNotAsync(projectId, cancellationToken).ConfigureAwait(false) is { } why
            ? throw new StepFailedException(why, Actor.Platform)
            : await RemoveAsync(context, await tools.LookAsync(projectId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes its part away; what is gone already is fine.</summary>
    protected abstract Task<StepResult> RemoveAsync(StepContext context, OwnPlace place, CancellationToken cancellationToken);
}
