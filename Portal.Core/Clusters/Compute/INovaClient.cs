using Portal.Core.Backends;

namespace Portal.Core.Clusters.Compute;

/// <summary>What the portal asks of Nova. Throws <see cref="BackendException"/>.</summary>
public interface INovaClient
{
    /// <summary>Lists the person's keypairs.</summary>
    Task<IReadOnlyList<Keypair>> ListKeypairsAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Keeps a public key under a name.</summary>
    Task<Keypair> ImportKeypairAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken);

    /// <summary>Lists the flavors that the project sees.</summary>
    Task<IReadOnlyList<Flavor>> ListFlavorsAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives cores, memory, instances and server groups.</summary>
    Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>What the portal asks of Glance. Throws <see cref="BackendException"/>.</summary>
public interface IGlanceClient
{
    /// <summary>Lists the active images that the project sees.</summary>
    Task<IReadOnlyList<ImageRef>> ListImagesAsync(Scope scope, CancellationToken cancellationToken);
}

/// <summary>What the portal asks of Cinder. Throws <see cref="BackendException"/>.</summary>
public interface ICinderClient
{
    /// <summary>Gives volumes and gigabytes.</summary>
    Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken);
}
