using Portal.Core.Backends;
using Portal.Core.Mapping.PullRenewal;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>The credential that the project's clusters pull with, and its renewal.</summary>
public sealed class PullSecretModel(IPullRenewal renewal, Scope scope)
{
    private readonly Asking _asking = new();

    /// <summary>Gets how it stands; a value of null while the project has no place.</summary>
    public Loadable<PullSecretState> State { get; } = new();

    /// <summary>Gets why the renewal was not begun, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether the portal is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may renew it.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Gets the plan that renews it or changes the place otherwise, or null.</summary>
    public Plan? Plan { get; private set; }

    /// <summary>Loads it.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await State.LoadAsync(() => renewal.FindAsync(scope, cancellationToken));
        Plan = State.Value?.Plan;
    }

    /// <summary>Begins the renewal; where another plan changes the place, that one is shown.</summary>
    public Task RenewAsync(CancellationToken cancellationToken) => _asking.RunAsync(async () =>
    {
        try
        {
            Plan = await renewal.RenewAsync(scope, cancellationToken);
        }
        catch (SubjectLockedException locked)
        {
            Plan = locked.Holder;
        }
    });
}
