using Portal.Core.Addons.Life;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Clusters.Details;

/// <summary>What a change of an add-on would do, and its beginning.</summary>
public sealed class AddonChangeModel(IClusterAddons addons, Scope scope, string clusterId, AddonChangeKind kind, string addon)
{
    private readonly HashSet<string> _overwrite = new(StringComparer.Ordinal);

    /// <summary>Gets what is to be done.</summary>
    public AddonChangeKind Kind => kind;

    /// <summary>Gets the add-on.</summary>
    public string Addon => addon;

    /// <summary>Gets what would change, or null until the cluster has said it.</summary>
    public AddonDiff? Diff { get; private set; }

    /// <summary>Gets why it cannot be said, or why it was refused; or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether the change is being begun.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Gets the objects to which something happens, or that somebody has changed.</summary>
    public IEnumerable<ObjectDiff> Changes => Diff?.Objects.Where(o => o.Change is not ObjectChange.None || o.TouchedBy is not null) ?? [];

    /// <summary>Gets how many objects stay as they are.</summary>
    public int Unchanged => Diff?.Objects.Count(o => o.Change is ObjectChange.None && o.TouchedBy is null) ?? 0;

    /// <summary>Asks the cluster.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            Failure = null;
            Diff = await addons.CompareAsync(scope, clusterId, kind, addon, cancellationToken);
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or ClusterActionException)
        {
            Failure = failure;
        }
    }

    /// <summary>Says whether an object's fields are taken from whoever owns them.</summary>
    public bool Overwrites(string key) => _overwrite.Contains(key);

    /// <summary>Chooses it.</summary>
    public void Choose(string key, bool overwrite) => _ = overwrite ? _overwrite.Add(key) : _overwrite.Remove(key);

    /// <summary>Begins the plan; null when it is refused.</summary>
    public async Task<Plan?> BeginAsync(CancellationToken cancellationToken)
    {
        IsBusy = true;
        try
        {
            Failure = null;
            return await addons.ChangeAsync(scope, clusterId, kind, addon, [.. _overwrite.Order(StringComparer.Ordinal)], cancellationToken);
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or ClusterActionException or SubjectLockedException)
        {
            Failure = failure;
            return null;
        }
        finally
        {
            IsBusy = false;
        }
    }
}
