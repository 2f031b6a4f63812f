using Portal.Core.Backends;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Says whether an image can be pulled from the site's registry.</summary>
public interface IImageProbe
{
    /// <summary>Asks the registry for the image's manifest, with the project's pull credential.</summary>
    /// <exception cref="BackendException">The registry does not answer, or refuses the credential.</exception>
    Task<bool> ExistsAsync(Scope scope, string image, CancellationToken cancellationToken);
}

/// <summary>A credential that pulls from the site's registry.</summary>
/// <param name="Host">Registry host with port.</param>
/// <param name="UserName">Robot's full name.</param>
/// <param name="Password">Its secret.</param>
public sealed record PullCredential(string Host, string UserName, string Password)
{
    /// <summary>Hides the secret.</summary>
    public override string ToString() => $"{UserName} at {Host}";
}

/// <summary>Gives the project's pull credential; Mapping has it.</summary>
public interface IPullCredentials
{
    /// <summary>Gives it, or the reason why the project has none yet (its mapping is under way or needs someone).</summary>
    Task<(PullCredential? Credential, Provisioning.Reason? Missing)> GetAsync(Scope scope, string askedBy, CancellationToken cancellationToken);
}

/// <summary>Learns by which token a cluster's Alertmanager speaks to the portal; Monitoring receives what it says.</summary>
public interface IAlertTokens
{
    /// <summary>Learns it. No more than a hash may be kept.</summary>
    Task LearnAsync(Kubernetes.ClusterKey cluster, string token, CancellationToken cancellationToken);
}
