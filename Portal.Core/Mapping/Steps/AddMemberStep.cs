using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>Makes the project's Harbor user a maintainer of its Harbor project: pulls, pushes, deletes, scans; makes no members.</summary>
internal sealed class AddMemberStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.member";

    /// <summary>What the project's user is.</summary>
    public const MemberRole Role = MemberRole.Maintainer;

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [CreateUserStep.StepId, CreateProjectStep.StepId];

    /// <summary>Goes with the project, and stays with it.</summary>
    public override Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (mapping.UserId is not { } userId)
        {
            return StepResult.Skipped(Reason.Of("mapping.no-local-users", ("mode", mapping.AuthMode)));
        }

        await tools.ProjectAsync(mapping, cancellationToken).ConfigureAwait(false);
        var member = await FindMemberAsync(mapping, userId, cancellationToken).ConfigureAwait(false);
        if (member is null)
        {
            await AddAsync(context, mapping, userId, cancellationToken).ConfigureAwait(false);
        }
        else if (member.Role != Role)
        {
            await tools.Harbor.SetMemberRoleAsync(mapping.HarborProject, member.Id, Role, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.member.role", mapping.UserName, cancellationToken).ConfigureAwait(false);
        }

        await MappingTools.ReportAsync(context, "Harbor member", $"{mapping.UserName} in {mapping.HarborProject}", cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private async Task AddAsync(StepContext context, ProjectMapping mapping, long userId, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Harbor.AddMemberAsync(mapping.HarborProject, userId, Role, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.member.add", mapping.UserName, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            if (await FindMemberAsync(mapping, userId, cancellationToken).ConfigureAwait(false) is null)
            {
                // There, but in no list: somebody gave it a role that does not exist, which Harbor takes.
                throw new StepFailedException(Reason.Of("mapping.member-broken", ("user", mapping.UserName), ("project", mapping.HarborProject)), Actor.Platform, inner: e);
            }
        }
    }

    private async Task<RegistryMember?> FindMemberAsync(ProjectMapping mapping, long userId, CancellationToken cancellationToken) =>
        (await tools.Harbor.ListMembersAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false)).FirstOrDefault(m => m.UserId == userId);
}
