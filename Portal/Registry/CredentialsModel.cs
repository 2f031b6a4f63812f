using Portal.Core.Backends;
using Portal.Core.Registry;
using Portal.Shared;

namespace Portal.Registry;

/// <summary>Personal credentials for the registry: made on request, shown once, revoked by hand.</summary>
public sealed class CredentialsModel(IRegistryCredentials credentials, Scope scope)
{
    private readonly Asking _asking = new();

    /// <summary>Gets the credentials that are there.</summary>
    public Loadable<IReadOnlyList<PersonalCredential>> All { get; } = new();

    /// <summary>Gets or sets the chosen life in days.</summary>
    public int Days { get; set; } = 7;

    /// <summary>Gets or sets whether it may push.</summary>
    public bool MayPush { get; set; }

    /// <summary>Gets the credential that was just made; held only until it is hidden or the page is left.</summary>
    public MadeCredential? Made { get; private set; }

    /// <summary>Gets the credential that <see cref="Made"/> takes the place of: it goes on until it ends or is revoked; null for none.</summary>
    public PersonalCredential? Before { get; private set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether Harbor is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may make and revoke.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Lists them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => All.LoadAsync(async () => await credentials.ListAsync(scope, cancellationToken));

    /// <summary>Makes one of the chosen kind.</summary>
    public Task MakeAsync(CancellationToken cancellationToken) => MakeAsync(null, MayPush, Days, cancellationToken);

    /// <summary>Makes another one with the same rights and life; the one before stays alive, so that what uses it can change over.</summary>
    public Task RenewAsync(PersonalCredential credential, CancellationToken cancellationToken) =>
        MakeAsync(credential, credential.MayPush, LifeOf(credential), cancellationToken);

    /// <summary>Ends one at once.</summary>
    public async Task RevokeAsync(PersonalCredential credential, CancellationToken cancellationToken)
    {
        await _asking.RunAsync(() => credentials.RevokeAsync(scope, credential.Id, cancellationToken));
        await LoadAsync(cancellationToken);
    }

    /// <summary>Forgets the secret.</summary>
    public void Forget() => (Made, Before) = (null, null);

    // Harbor knows its end only: the life that was chosen is the nearest to it.
    private static int LifeOf(PersonalCredential credential) => credential.ExpiresAt is { } end
        ? IRegistryCredentials.Lives.MinBy(days => Math.Abs((end - credential.CreatedAt).TotalDays - days))
        : IRegistryCredentials.Lives[^1];

    private async Task MakeAsync(PersonalCredential? before, bool mayPush, int days, CancellationToken cancellationToken)
    {
        await _asking.RunAsync(async () => (Made, Before) = (await credentials.CreateAsync(scope, mayPush, days, cancellationToken), before));
        await LoadAsync(cancellationToken);
    }
}
