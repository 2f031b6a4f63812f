using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry;

namespace Portal.Core.Mapping.Removal;

/// <summary>Deletes the Harbor project: its repositories one by one when the name was typed, then itself. Goes on where it stopped.</summary>
internal sealed class RemoveProjectStep(RemovalTools tools) : RemovalStep(tools)
{
    public const string StepId = "mapping.removal.project";

    /// <summary>How many repositories go in one attempt; the next goes on.</summary>
    public const int AtOnce = 50;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public override string Id => StepId;

    public override IReadOnlyList<string> DependsOn => [RemoveRobotsStep.StepId];

    protected override async Task<StepResult> RemoveAsync(StepContext context, OwnPlace place, CancellationToken cancellationToken)
    {
        if (place.Project is not { } project)
        {
            return StepResult.Done;
        }

        for (var done = 0; done < AtOnce;)
        {
            var page = await Tools.Images.ListRepositoriesAsync(await Tools.LoginAsync(cancellationToken).ConfigureAwait(false), project.Name, new ImageQuery(Sort: ImageSort.Name), cancellationToken).ConfigureAwait(false);
            if (page.Items.IsEmpty)
            {
                return await DeleteAsync(context, project.Name, cancellationToken).ConfigureAwait(false);
            }

            if (!context.Inputs<RemovalInputs>().WithImages)
            {
                throw new StepFailedException(Reason.Of("mapping.removal.not-empty", ("project", project.Name), ("count", $"{page.Total}")), Actor.Platform);
            }

            await context.ReportAsync(Reason.Of("mapping.removal.images", ("count", $"{page.Total}")), [], cancellationToken).ConfigureAwait(false);
            foreach (var repository in page.Items)
            {
                await DeleteAsync(context, repository.Name, cancellationToken).ConfigureAwait(false);
                done++;
            }
        }

        return StepResult.NotYet(Reason.Of("mapping.removal.more"), Soon);
    }

    private async Task DeleteAsync(StepContext context, RepositoryName repository, CancellationToken cancellationToken)
    {
        try
        {
            await Tools.Images.DeleteRepositoryAsync(await Tools.LoginAsync(cancellationToken).ConfigureAwait(false), repository, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            throw new StepFailedException(Reason.Of("mapping.removal.kept", ("repository", repository.Full)), Actor.Platform, inner: e);
        }

        await Tools.Mapping.AuditAsync(context, "image.repository.delete", repository.Full, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StepResult> DeleteAsync(StepContext context, string project, CancellationToken cancellationToken)
    {
        try
        {
            await Tools.Mapping.Harbor.DeleteProjectAsync(project, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // Somebody has pushed since: look again.
            return StepResult.NotYet(Reason.Of("mapping.removal.more"), Soon);
        }

        await Tools.Mapping.AuditAsync(context, "registry.project.delete", project, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }
}
