using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>The project's images: its place in Harbor, and the page of repositories or public projects that is shown.</summary>
public sealed class ImagesModel(IImageService images, IMappingService mapping, Scope scope)
{
    /// <summary>Gets the project's place, or a value of null while it has none.</summary>
    public Loadable<MappedProject> Place { get; } = new();

    /// <summary>Gets the repositories.</summary>
    public Loadable<ImagePage<Repository>> Repositories { get; } = new();

    /// <summary>Gets the public projects.</summary>
    public Loadable<ImagePage<PublicProject>> Projects { get; } = new();

    /// <summary>Gets or sets filter, order and page.</summary>
    public ImageQuery Query { get; set; } = new();

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets whether something is being asked.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets whether images can be shown.</summary>
    public bool IsReady => Place.Value is { ReadyAt: not null, UserName: not null };

    /// <summary>Gets whether Harbor does not take the project's own password any more; a repair mends it.</summary>
    public bool IsRefusedLogin => (Repositories.Failure ?? Projects.Failure) is BackendException { Status: System.Net.HttpStatusCode.Unauthorized };

    /// <summary>Looks for the place.</summary>
    public Task FindPlaceAsync(CancellationToken cancellationToken) => Place.LoadAsync(() => mapping.FindAsync(scope, cancellationToken));

    /// <summary>Lists the repositories of the own project, or of a public one.</summary>
    public Task LoadRepositoriesAsync(string? harborProject, CancellationToken cancellationToken) =>
        Repositories.LoadAsync(async () => await images.ListRepositoriesAsync(scope, harborProject ?? Place.Value!.HarborProject, Query, cancellationToken));

    /// <summary>Lists the public projects.</summary>
    public Task LoadProjectsAsync(CancellationToken cancellationToken) =>
        Projects.LoadAsync(async () => await images.ListPublicProjectsAsync(scope, Query, cancellationToken));

    /// <summary>Starts what gives the project its place, or mends it; gives the plan, or null when it was refused or is not needed.</summary>
    public async Task<Plan?> MakePlaceAsync(CancellationToken cancellationToken)
    {
        IsBusy = true;
        try
        {
            var status = IsRefusedLogin ? await mapping.RepairAsync(scope, cancellationToken) : await mapping.EnsureAsync(scope, cancellationToken);
            Refused = null;
            return status.Plan;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or SubjectLockedException)
        {
            Refused = failure;
            return null;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
