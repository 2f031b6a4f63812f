using System.Globalization;
using Microsoft.Extensions.Options;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>
/// Takes away the robots of before, when all clusters have had the new credential for a while. Just before, every cluster is looked at once
/// more: one whose initialisation had the credential of before in its hands meanwhile gets the new one.
/// </summary>
internal sealed class RetireRobotsStep(MappingTools tools, IPullSecretHolders holders, IOptions<MappingOptions> options) : MappingStep(tools.Account)
{
    public override string Id => "pull-renewal.retire";

    public override string PlanKind => MappingPlans.PullRenewal;

    public override string Phase => "proof";

    public override TimeSpan Timeout => TimeSpan.FromMinutes(20);

    public override IReadOnlyList<string> DependsOn => [GiveSecretStep.StepId];

    // What is gone is gone; nobody has it any more.
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var given = DateTimeOffset.Parse(context.Output(GiveSecretStep.StepId, GiveSecretStep.GivenOutput)!, CultureInfo.InvariantCulture);
        var rest = given + options.Value.PullOverlap - tools.Time.GetUtcNow();
        if (rest > TimeSpan.Zero && (await holders.ListAsync(MappingTools.ProjectId(context), cancellationToken).ConfigureAwait(false)).Count > 0)
        {
            return StepResult.NotYet(Reason.Of("mapping.overlap", ("minutes", options.Value.PullOverlap.TotalMinutes.ToString("0", CultureInfo.InvariantCulture))), rest);
        }

        if (await GiveSecretStep.GiveAsync(tools, holders, context, Id, cancellationToken).ConfigureAwait(false) is { } left)
        {
            return StepResult.NotYet(left, TimeSpan.FromSeconds(30));
        }

        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        var project = await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        foreach (var robot in PullRobots.Before(mapping, await tools.Accounts.ListRobotsAsync(project.Id, cancellationToken).ConfigureAwait(false)))
        {
            await tools.Accounts.DeleteRobotAsync(robot.Id, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.robot.delete", robot.FullName, cancellationToken).ConfigureAwait(false);
        }

        return StepResult.Done;
    }
}
