using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.Steps;

/// <summary>Looks whether Harbor is there and takes writes, chooses the project's name in it for good, and writes down since when things there may be ours.</summary>
internal sealed class PrepareMappingStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.prepare";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [];

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var projectId = MappingTools.ProjectId(context);
        if (await tools.Store.FindAsync(projectId, cancellationToken).ConfigureAwait(false) is not { HarborProjectId: null, UserId: null } mapping)
        {
            return;
        }

        await tools.Store.ChangeAsync(projectId, m => m is { HarborProjectId: null, UserId: null } ? null : m, cancellationToken).ConfigureAwait(false);
        await tools.Store.ReleaseAsync(mapping.HarborProject, projectId, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var system = await tools.Harbor.GetSystemAsync(cancellationToken).ConfigureAwait(false);
        if (system.IsReadOnly)
        {
            return StepResult.NotYet(Reason.Of("mapping.read-only"), TimeSpan.FromSeconds(30));
        }

        var inputs = context.Inputs<MappingInputs>();
        var known = await tools.Store.FindAsync(inputs.ProjectId, cancellationToken).ConfigureAwait(false);
        var name = known?.HarborProject ?? await ChooseNameAsync(inputs, cancellationToken).ConfigureAwait(false);
        var mapping = await tools.Store.ChangeAsync(
            inputs.ProjectId,
            m => (m ?? New(inputs, name, system.Now)) with { AuthMode = system.AuthMode, RegistryHost = system.Host, Cloud = context.Plan.Region.Cloud },
            cancellationToken).ConfigureAwait(false);
        await context.KeepAsync("harborProject", mapping!.HarborProject, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    private static ProjectMapping New(MappingInputs inputs, string name, DateTimeOffset now) => new()
    {
        ProjectId = inputs.ProjectId,
        HarborProject = name,
        UserName = "project-" + inputs.ProjectId,
        IntentAt = now,
        AuthMode = "",
        RegistryHost = "",
    };

    private async Task<string> ChooseNameAsync(MappingInputs inputs, CancellationToken cancellationToken)
    {
        foreach (var name in HarborName.Candidates(inputs.ProjectName, inputs.ProjectId))
        {
            if (await tools.Store.ReserveAsync(name, inputs.ProjectId, cancellationToken).ConfigureAwait(false))
            {
                return name;
            }
        }

        throw new StepFailedException(Reason.Of("mapping.no-name", ("name", inputs.ProjectName)), Actor.Platform);
    }
}
