using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Removal;

/// <summary>Deletes the portal's robot accounts first, so that nothing is pushed while the rest goes.</summary>
internal sealed class RemoveRobotsStep(RemovalTools tools) : RemovalStep(tools)
{
    public const string StepId = "mapping.removal.robots";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [];

    protected override async Task<StepResult> RemoveAsync(StepContext context, OwnPlace place, CancellationToken cancellationToken)
    {
        if (place.Project is { } project)
        {
            var mark = MappingTools.MarkOf(MappingTools.ProjectId(context));
            var robots = await Tools.Mapping.Accounts.ListRobotsAsync(project.Id, cancellationToken).ConfigureAwait(false);
            foreach (var robot in robots.Where(r => r.Description == mark))
            {
                await Tools.Mapping.Accounts.DeleteRobotAsync(robot.Id, cancellationToken).ConfigureAwait(false);
                await Tools.Mapping.AuditAsync(context, "registry.robot.delete", robot.FullName, cancellationToken).ConfigureAwait(false);
            }
        }

        return StepResult.Done;
    }
}
