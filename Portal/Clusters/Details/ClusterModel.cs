using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Clusters.Details;

/// <summary>One cluster, live, and what a person does with it.</summary>
public sealed class ClusterModel(IClusterService clusters)
{
    /// <summary>Gets the cluster, or null while it is asked for or when it is gone.</summary>
    public ClusterView? View { get; private set; }

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets why it cannot be shown, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether it was there and is not any more.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Gets why what was asked was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets what is to be corrected in the dialog.</summary>
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];

    /// <summary>Gets whether something is being asked.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gives an action of the person, or null when they never may.</summary>
    public AllowedAction? ActionOf(ClusterAction action) => View?.Actions.FirstOrDefault(a => a.Action == action);

    /// <summary>Forgets what was refused, before a dialog opens.</summary>
    public void Begin()
    {
        Refused = null;
        Errors = [];
    }

    /// <summary>Follows the cluster until cancelled.</summary>
    public async Task RunAsync(Scope scope, string clusterId, Func<Task> changed, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var view in clusters.WatchOneAsync(scope, clusterId, cancellationToken).WithCancellation(cancellationToken))
            {
                IsGone = view is null && View is not null;
                View = view ?? View;
                IsLoaded = true;
                Failure = null;
                await changed();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
            IsLoaded = true;
            await changed();
        }
    }

    /// <summary>Changes the number of workers; gives the plan, or null when it was refused.</summary>
    public Task<Plan?> ResizeAsync(Scope scope, int nodeCount, CancellationToken cancellationToken) =>
        AskAsync(() => clusters.ResizeAsync(scope, View!.Cluster.Id, nodeCount, null, cancellationToken));

    /// <summary>Gives the cluster a new certificate authority; gives the plan, or null when it was refused.</summary>
    public Task<Plan?> RotateAuthorityAsync(Scope scope, CancellationToken cancellationToken) =>
        AskAsync(() => clusters.RotateAuthorityAsync(scope, View!.Cluster.Id, cancellationToken));

    /// <summary>Deletes the cluster; gives the plan, or null when it was refused.</summary>
    public Task<Plan?> DeleteAsync(Scope scope, CancellationToken cancellationToken) =>
        AskAsync(() => clusters.DeleteAsync(scope, View!.Cluster.Id, View.Cluster.Name, cancellationToken));

    /// <summary>Starts the initialisation; gives the plan, or null when it was refused.</summary>
    public Task<Plan?> InitialiseAsync(Scope scope, string profile, CancellationToken cancellationToken) =>
        AskAsync(() => clusters.InitialiseAsync(scope, View!.Cluster.Id, profile, cancellationToken));

    private async Task<Plan?> AskAsync(Func<Task<Plan>> ask)
    {
        IsBusy = true;
        Begin();
        try
        {
            return await ask();
        }
        catch (ClusterInvalidException invalid)
        {
            Errors = invalid.Errors;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or SubjectLockedException or ClusterActionException)
        {
            Refused = failure;
        }
        finally
        {
            IsBusy = false;
        }

        return null;
    }
}
