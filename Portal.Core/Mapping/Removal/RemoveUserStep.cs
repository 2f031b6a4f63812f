using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>Deletes the Harbor user when it has the project's mark.</summary>
internal sealed class RemoveUserStep(RemovalTools tools) : RemovalStep(tools)
{
    public const string StepId = "mapping.removal.user";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [RemoveProjectStep.StepId];

    protected override async Task<StepResult> RemoveAsync(StepContext context, OwnPlace place, CancellationToken cancellationToken)
    {
        if (place.User is { } user)
        {
            await Tools.Mapping.Accounts.DeleteUserAsync(user.Id, cancellationToken).ConfigureAwait(false);
            await Tools.Mapping.AuditAsync(context, "registry.user.delete", user.UserName, cancellationToken).ConfigureAwait(false);
        }

        return StepResult.Done;
    }
}
