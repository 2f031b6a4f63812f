using Microsoft.Extensions.Options;
using Portal.Core.Backends;

namespace Portal.Core.Registry.Harbor;

/// <summary>How the portal reaches its Harbor, and as whom.</summary>
/// <param name="Url">Address, without <c>/api/v2.0</c>.</param>
/// <param name="Login">The account that provisions.</param>
internal sealed record HarborLink(string Url, HarborLogin Login)
{
    /// <summary>Gets the host (with port) that nodes and people pull from, or null for what Harbor says itself.</summary>
    public string? RegistryHost { get; init; }

    /// <summary>Gets the certificates (PEM) that are believed for it alone, or null for the configured ones.</summary>
    public string? Authority { get; init; }
}

/// <summary>Gives the Harbor that was registered in the console. Asked here, answered by the registration.</summary>
internal interface IRegisteredHarbor
{
    /// <summary>Gives it, or null while none is registered.</summary>
    Task<HarborLink?> FindAsync(CancellationToken cancellationToken);
}

/// <summary>The Harbor that the portal works with: the configured one always, else the one that was registered in the console.</summary>
internal sealed class HarborInUse(IOptions<HarborOptions> options, IEnumerable<IRegisteredHarbor> registered)
{
    private volatile string userName = options.Value.UserName;

    /// <summary>Gets whether the configuration decides.</summary>
    public bool IsConfigured => options.Value.Url.Length > 0;

    /// <summary>Gets the account's name, as it was when Harbor was last asked for.</summary>
    public string UserName => userName;

    /// <summary>Gives it, or null when there is none. Read each time: a registration counts from the next call on, at every replica.</summary>
    /// <exception cref="IOException">The file with the password cannot be read.</exception>
    public async Task<HarborLink?> FindAsync(CancellationToken cancellationToken)
    {
        var harbor = options.Value;
        if (IsConfigured)
        {
            return new HarborLink(harbor.Url, new HarborLogin(harbor.UserName, harbor.ReadPassword())) { RegistryHost = harbor.RegistryHost };
        }

        foreach (var source in registered)
        {
            if (await source.FindAsync(cancellationToken).ConfigureAwait(false) is { } link)
            {
                userName = link.Login.UserName;
                return link with { RegistryHost = link.RegistryHost ?? harbor.RegistryHost };
            }
        }

        return null;
    }

    /// <summary>Gives it.</summary>
    /// <exception cref="BackendException">There is none.</exception>
    public async Task<HarborLink> GetAsync(string operation, CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken).ConfigureAwait(false)
        ?? throw new BackendException(HarborHttp.Backend, operation, BackendFailure.Unreachable, "no Harbor is configured (Portal:Harbor:Url) or registered");
}
