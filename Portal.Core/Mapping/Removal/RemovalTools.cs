using System.Collections.Immutable;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Mapping.Removal;

/// <summary>What of a place is ours, and whether it may go.</summary>
internal sealed class RemovalTools(MappingTools mapping, IHarborImages images, ICloudProjects clouds)
{
    public MappingTools Mapping => mapping;

    public IHarborImages Images => images;

    public async Task<HarborLogin> LoginAsync(CancellationToken cancellationToken) => (await mapping.LinkAsync("take a place away", cancellationToken).ConfigureAwait(false)).Login;

    /// <summary>Asks Keystone whether the project is really gone; gives why the place stays, or null. A Keystone that fails is no answer.</summary>
    public async Task<Reason?> WhyNotAsync(string projectId, CancellationToken cancellationToken)
    {
        var kept = await mapping.Store.FindAsync(projectId, cancellationToken).ConfigureAwait(false);
        return await clouds.IsGoneAsync(projectId, kept?.Cloud, cancellationToken).ConfigureAwait(false) ? null : Reason.Of("mapping.removal.alive");
    }

    /// <summary>Looks what is there and whose it is.</summary>
    public async Task<OwnPlace> LookAsync(string projectId, CancellationToken cancellationToken)
    {
        var kept = await mapping.Store.FindAsync(projectId, cancellationToken).ConfigureAwait(false);
        var left = ImmutableArray.CreateBuilder<Reason>();
        var project = kept is null ? null : await mapping.Harbor.FindProjectAsync(kept.HarborProject, cancellationToken).ConfigureAwait(false);
        if (project is not null && !mapping.IsOurs(kept!, project))
        {
            left.Add(Reason.Of("mapping.diff.project-foreign", ("project", project.Name), ("owner", project.OwnerName ?? "?")));
            project = null;
        }

        var name = kept?.UserName ?? "project-" + projectId;
        var user = await mapping.Accounts.FindUserAsync(name, cancellationToken).ConfigureAwait(false);
        if (user is not null && user.Email != mapping.EmailOf(projectId))
        {
            left.Add(Reason.Of("mapping.diff.user-foreign", ("user", user.UserName)));
            user = null;
        }

        return new(kept, project, user, left.ToImmutable());
    }
}

/// <summary>What is there of a place and is ours.</summary>
/// <param name="Record">The portal's record, or null.</param>
/// <param name="Project">The Harbor project, or null.</param>
/// <param name="User">The Harbor user, or null.</param>
/// <param name="Left">What has its names and is somebody else's.</param>
internal sealed record OwnPlace(ProjectMapping? Record, RegistryProject? Project, RegistryUser? User, ImmutableArray<Reason> Left)
{
    public bool IsNothing => Record is null && Project is null && User is null;
}
