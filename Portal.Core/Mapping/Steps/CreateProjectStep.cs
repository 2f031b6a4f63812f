using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Steps;

/// <summary>Makes the private Harbor project. One of the same name that somebody else made is reported, never adopted.</summary>
internal sealed class CreateProjectStep(MappingTools tools) : MappingStep(tools.Account)
{
    public const string StepId = "mapping.project";

    private const string Kind = "Harbor project";

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [PrepareMappingStep.StepId];

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.Store.FindAsync(MappingTools.ProjectId(context), cancellationToken).ConfigureAwait(false);
        if (mapping is null)
        {
            return;
        }

        var project = await tools.Harbor.FindProjectAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        if (project is not null && tools.IsOurs(mapping, project))
        {
            if (!await DeleteAsync(context, project, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        await tools.ChangeAsync(context, m => m with { HarborProjectId = null, HarborProjectMadeAt = null, StorageLimit = null }, cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<StepResult> LookActVerifyAsync(StepContext context, CancellationToken cancellationToken)
    {
        var mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        var project = await tools.Harbor.FindProjectAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        if (project is null)
        {
            mapping = await ForgetAsync(context, mapping, cancellationToken).ConfigureAwait(false);
            project = await CreateAsync(context, mapping, cancellationToken).ConfigureAwait(false);
        }

        mapping = await tools.MappingAsync(context, cancellationToken).ConfigureAwait(false);
        if (!tools.IsOurs(mapping, project))
        {
            throw MappingTools.Foreign("mapping.foreign-project", project.Name);
        }

        await tools.ChangeAsync(context, m => m with { HarborProjectId = project.Id, HarborProjectMadeAt = project.CreatedAt }, cancellationToken).ConfigureAwait(false);
        await context.KeepAsync("projectId", $"{project.Id}", cancellationToken).ConfigureAwait(false);
        await MappingTools.ReportAsync(context, Kind, project.Name, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    /// <summary>A project that was ours and is gone is made anew, with everything in it; from now on, by Harbor's clock.</summary>
    private async Task<ProjectMapping> ForgetAsync(StepContext context, ProjectMapping mapping, CancellationToken cancellationToken)
    {
        if (mapping.HarborProjectId is not { } gone)
        {
            return mapping;
        }

        var now = (await tools.Harbor.GetSystemAsync(cancellationToken).ConfigureAwait(false)).Now;
        return await tools.ChangeAsync(
            context,
            m => m.HarborProjectId != gone ? m : m with
            {
                HarborProjectId = null,
                HarborProjectMadeAt = null,
                IntentAt = now,
                StorageLimit = null,
                ReadyAt = null,
                Pull = m.Pull with { Id = null, FullName = null },
                Push = m.Push with { Id = null, FullName = null },
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<RegistryProject> CreateAsync(StepContext context, ProjectMapping mapping, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Harbor.CreateProjectAsync(mapping.HarborProject, tools.Options.StorageLimit, cancellationToken).ConfigureAwait(false);
            await tools.AuditAsync(context, "registry.project.create", mapping.HarborProject, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // There already: whose it is is looked at next.
        }

        return await tools.Harbor.FindProjectAsync(mapping.HarborProject, cancellationToken).ConfigureAwait(false)
            ?? throw new BackendException("harbor", "create project", BackendFailure.Broken, "the project is not there although it was created");
    }

    private async Task<bool> DeleteAsync(StepContext context, RegistryProject project, CancellationToken cancellationToken)
    {
        if (project.RepositoryCount > 0)
        {
            return false;
        }

        try
        {
            await tools.Harbor.DeleteProjectAsync(project.Name, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // Somebody has pushed since.
            return false;
        }

        await tools.AuditAsync(context, "registry.project.delete", project.Name, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
