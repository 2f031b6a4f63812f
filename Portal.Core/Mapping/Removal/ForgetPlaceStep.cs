using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>Deletes the portal's record last, when nothing of ours is left in Harbor, and gives the name back.</summary>
internal sealed class ForgetPlaceStep(RemovalTools tools) : RemovalStep(tools)
{
    public const string StepId = "mapping.removal.record";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [RemoveUserStep.StepId];

    protected override async Task<StepResult> RemoveAsync(StepContext context, OwnPlace place, CancellationToken cancellationToken)
    {
        if (place.Project is not null || place.User is not null)
        {
            throw new BackendException("harbor", "take the place away", BackendFailure.Broken, "it is there again although it was deleted");
        }

        if (place.Record is { } record)
        {
            // The name first: a record without its name is found by the next try, a name without its record by nobody.
            await Tools.Mapping.Store.ReleaseAsync(record.HarborProject, record.ProjectId, cancellationToken).ConfigureAwait(false);
            await Tools.Mapping.Store.ChangeAsync(record.ProjectId, _ => null, cancellationToken).ConfigureAwait(false);
        }

        return StepResult.Done;
    }
}
