using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>Proves that the robots' credentials are taken, and says that the project has its place.</summary>
internal sealed class FinishMappingStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.ready";

    public override string Id => StepId;

    public override string Phase => "proof";

    public override IReadOnlyList<string> DependsOn =>
        [AddMemberStep.StepId, SetQuotaStep.StepId, CreateRobotStep.IdOf(RobotKind.Pull), CreateRobotStep.IdOf(RobotKind.Push)];

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken) =>
        await tools.Store.ChangeAsync(MappingTools.ProjectId(context), m => m is null ? null : m with { ReadyAt = null }, cancellationToken).ConfigureAwait(false);

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        foreach (var kind in new[] { RobotKind.Pull, RobotKind.Push })
        {
            var robot = kind.Of(mapping);
            var secret = tools.Store.Open(mapping.ProjectId, kind.Place, robot.Secret);
            if (robot is not { Id: { } id, FullName: { } name } || secret is null)
            {
                throw new StepFailedException(Reason.Of("mapping.lost"), Actor.Platform);
            }

            await ProveAsync(context, id, new HarborLogin(name, secret), cancellationToken).ConfigureAwait(false);
        }

        var now = tools.Time.GetUtcNow();
        await tools.ChangeAsync(context, m => m.ReadyAt is null ? m with { ReadyAt = now } : m, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>A secret that was changed by hand meanwhile is put back once.</summary>
    private async Task ProveAsync(StepContext context, long robotId, HarborLogin login, CancellationToken cancellationToken)
    {
        if (await tools.Accounts.AcceptsAsync(login, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await tools.Accounts.SetRobotSecretAsync(robotId, login.Password, cancellationToken).ConfigureAwait(false);
        await tools.AuditAsync(context, "registry.robot.secret", login.UserName, cancellationToken).ConfigureAwait(false);
        if (!await tools.Accounts.AcceptsAsync(login, cancellationToken).ConfigureAwait(false))
        {
            throw new StepFailedException(Reason.Of("mapping.robot-refused", ("name", login.UserName)), Actor.Platform);
        }
    }
}
