using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>Personal credentials for the registry: made on request, shown once, revoked by hand.</summary>
public sealed class CredentialsModel(IRegistryCredentials credentials, Scope scope)
{
    /// <summary>Gets the credentials that are there.</summary>
    public Loadable<IReadOnlyList<PersonalCredential>> All { get; } = new();

    /// <summary>Gets or sets the chosen life in days.</summary>
    public int Days { get; set; } = 7;

    /// <summary>Gets or sets whether it may push.</summary>
    public bool MayPush { get; set; }

    /// <summary>Gets the credential that was just made; held only until it is hidden or the page is left.</summary>
    public MadeCredential? Made { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused { get; private set; }

    /// <summary>Gets whether Harbor is being asked.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets whether the person may make and revoke.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Lists them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => All.LoadAsync(async () => await credentials.ListAsync(scope, cancellationToken));

    /// <summary>Makes one of the chosen kind.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        await AskAsync(async () => Made = await credentials.CreateAsync(scope, MayPush, Days, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Ends one at once.</summary>
    public async Task RevokeAsync(PersonalCredential credential, CancellationToken cancellationToken)
    {
        await AskAsync(() => credentials.RevokeAsync(scope, credential.Id, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Forgets the secret.</summary>
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
