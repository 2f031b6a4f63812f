using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Clusters.Details;

/// <summary>Kubeconfigs of a cluster: made on request, shown once, revoked by hand.</summary>
public sealed class AccessModel(IKubeconfigService kubeconfigs, IPlanService plans, Scope scope, ClusterKey key, string name)
{
    /// <summary>Gets the accounts.</summary>
    public Loadable<IReadOnlyList<KubeconfigAccount>> Accounts { get; } = new();

    /// <summary>Gets when a plan of the portal last rotated the certificates (UTC), or null: kubeconfigs from before ended then.</summary>
    public DateTimeOffset? RotatedAt { get; private set; }

    /// <summary>Gets or sets the chosen life.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Gets the kubeconfig that was just made; held only while the page is open.</summary>
    public Kubeconfig? Made { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets whether the cluster is being asked.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets whether the person may revoke an account: their own, or any with the right to change.</summary>
    public bool CanRevoke(KubeconfigAccount account) => account.UserId == scope.UserId || scope.Can(Capability.Write);

    /// <summary>Lists the accounts.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) =>
        Accounts.LoadAsync(async () =>
        {
            var rotations = await plans.ListAsync(scope, ClusterPlans.Subject(key.ClusterId), cancellationToken);
            RotatedAt = rotations.FirstOrDefault(p => p.Kind == ClusterPlans.RotateAuthority && p.State is PlanState.Done)?.EndedAt;
            return await kubeconfigs.ListAsync(scope, key, cancellationToken);
        });

    /// <summary>Makes a kubeconfig of the chosen life.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await AskAsync(async () => Made = await kubeconfigs.CreateAsync(scope, key, name, Life, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Revokes an account: all its kubeconfigs end.</summary>
    public async Task RevokeAsync(KubeconfigAccount account, CancellationToken cancellationToken)
    {
        await AskAsync(() => kubeconfigs.RevokeAsync(scope, key, account.Name, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Forgets the kubeconfig.</summary>
    public void Forget() => Made = null;

    private async Task AskAsync(Func<Task> ask)
    {
        IsBusy = true;
        try
        {
            await ask();
            Refused = null;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Refused = failure;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
