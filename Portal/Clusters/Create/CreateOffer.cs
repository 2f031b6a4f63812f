using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Clusters.Create;

/// <summary>What can be chosen; what could not be read is named, the rest stays.</summary>
public sealed class CreateOffer
{
    /// <summary>Gets the templates, or null while they are asked for.</summary>
    public IReadOnlyList<ClusterTemplate>? Templates { get; private set; }

    /// <summary>Gets the person's key pairs.</summary>
    public IReadOnlyList<Keypair> Keypairs { get; set; } = [];

    /// <summary>Gets the flavors.</summary>
    public IReadOnlyList<Flavor> Flavors { get; private set; } = [];

    /// <summary>Gets the networks.</summary>
    public IReadOnlyList<Network> Networks { get; private set; } = [];

    /// <summary>Gets the room left, or null while it is asked for.</summary>
    public ProjectRoom? Room { get; private set; }

    /// <summary>Gets why there are no templates, or null.</summary>
    public BackendException? Failure { get; private set; }

    /// <summary>Gets what else is missing.</summary>
    public IReadOnlyList<BackendException> Missing { get; private set; } = [];

    /// <summary>Asks for everything at once.</summary>
    public async Task LoadAsync(IClusterOffer offer, Scope scope, CancellationToken cancellationToken)
    {
        var missing = new List<BackendException>();
        async Task Try(Func<Task> ask, Action<BackendException> failed)
        {
            try
            {
                await ask();
            }
            catch (BackendException failure)
            {
                failed(failure);
            }
        }

        Failure = null;
        await Task.WhenAll(
            Try(async () => Templates = await offer.ListTemplatesAsync(scope, cancellationToken), failure => Failure = failure),
            Try(async () => Keypairs = await offer.ListKeypairsAsync(scope, cancellationToken), missing.Add),
            Try(async () => Flavors = await offer.ListFlavorsAsync(scope, cancellationToken), missing.Add),
            Try(async () => Networks = await offer.ListNetworksAsync(scope, cancellationToken), missing.Add),
            Try(async () => Room = await offer.GetRoomAsync(scope, cancellationToken), missing.Add));
        Missing = missing;
    }
}
