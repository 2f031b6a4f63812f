using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>Makes a second robot that pulls, with a secret that was kept before, and lets whatever asks from now on have that one.</summary>
internal sealed class RenewRobotStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "pull-renewal.robot";
    private const string NameOutput = "robot";

    public override string Id => StepId;

    public override string PlanKind => MappingPlans.PullRenewal;

    public override IReadOnlyList<string> DependsOn => [];

    // Once clusters may have the new one it stays, and so does the one before.
    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (await tools.Store.FindAsync(MappingTools.ProjectId(context), cancellationToken).ConfigureAwait(false) is not { NextPull.Name: { } name } mapping)
        {
            return;
        }

        var project = await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        if (await new RobotMaker(tools, context, mapping, project).FindOwnAsync(name, cancellationToken).ConfigureAwait(false) is { } robot)
        {
            await tools.Accounts.DeleteRobotAsync(robot.Id, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.robot.delete", robot.FullName, cancellationToken).ConfigureAwait(false);
        }

        await tools.ChangeAsync(context, m => m with { NextPull = null }, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Output(StepId, NameOutput) is not { } name)
        {
            name = PullRobots.NewName();
            await context.KeepAsync(NameOutput, name, cancellationToken).ConfigureAwait(false);
        }

        var mapping = await KeepSecretAsync(context, name, cancellationToken).ConfigureAwait(false);
        if (mapping.NextPull is not { } next)
        {
            // It was put in place before the process ended.
            return StepResult.Done;
        }

        var project = await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        var secret = tools.Store.Open(mapping.ProjectId, RobotKind.Pull.Place, next.Secret)!;
        var robot = await new RobotMaker(tools, context, mapping, project).EnsureAsync(name, RobotKind.Pull.Rights, secret, cancellationToken).ConfigureAwait(false);
        if (!await tools.Accounts.AcceptsAsync(new(robot.FullName, secret), cancellationToken).ConfigureAwait(false))
        {
            throw new StepFailedException(Reason.Of("mapping.robot-refused", ("name", robot.FullName)), Actor.Platform);
        }

        await tools.ChangeAsync(
            context,
            m => m.NextPull?.Name == name ? m with { Pull = m.NextPull with { Id = robot.Id, FullName = robot.FullName }, NextPull = null } : m,
            cancellationToken).ConfigureAwait(false);
        await MappingTools.ReportAsync(context, "Harbor robot account", robot.FullName, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>A secret that no key opens any more is made again: nobody has it yet.</summary>
    private async Task<ProjectMapping> KeepSecretAsync(StepContext context, string name, CancellationToken cancellationToken)
    {
        var fresh = new MappedRobot { Name = name, Secret = tools.Store.NewSecret(MappingTools.ProjectId(context), RobotKind.Pull.Place) };
        return await tools.ChangeAsync(
            context,
            m => m.Pull.Name == name || (m.NextPull?.Name == name && tools.Store.Open(m.ProjectId, RobotKind.Pull.Place, m.NextPull.Secret) is not null) ? m : m with { NextPull = fresh },
            cancellationToken).ConfigureAwait(false);
    }
}
