using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Life;

/// <summary>What is done with an add-on of a cluster.</summary>
public enum AddonChangeKind
{
    /// <summary>Installs one that is not there.</summary>
    Add,

    /// <summary>Brings one to the release that the site offers.</summary>
    Upgrade,

    /// <summary>Brings one back to its release: what was changed or deleted by hand.</summary>
    Repair,

    /// <summary>Takes one away; its volumes and generated secrets stay.</summary>
    Remove,
}

/// <summary>What happens to an object.</summary>
public enum ObjectChange
{
    /// <summary>Is as it should be.</summary>
    None,

    /// <summary>Is made.</summary>
    Create,

    /// <summary>Fields change.</summary>
    Change,

    /// <summary>Fields change that cannot be changed: it is deleted and made again. Pods of a StatefulSet and all volumes stay.</summary>
    Recreate,

    /// <summary>Is deleted.</summary>
    Delete,

    /// <summary>Stays although its add-on goes.</summary>
    Keep,
}

/// <summary>A field that changes.</summary>
/// <param name="Path">Where: <c>spec.template.spec.containers[prometheus].image</c>.</param>
/// <param name="Old">What is there, cut; null when nothing is.</param>
/// <param name="New">What comes, cut; null when it goes.</param>
public sealed record FieldChange(string Path, string? Old, string? New);

/// <summary>One object of an add-on in a diff.</summary>
/// <param name="Key">Kind, namespace and name: <c>Deployment ingress/traefik</c>.</param>
/// <param name="Change">What happens to it.</param>
/// <param name="Fields">The fields that change.</param>
/// <param name="Managers">Who else owns fields that would change; without consent the plan stops at the object.</param>
/// <param name="ConflictingFields">Those fields, as the API server names them.</param>
/// <param name="TouchedBy">Who last changed it by hand, or null.</param>
/// <param name="TouchedAt">When (UTC), or null.</param>
public sealed record ObjectDiff(
    string Key, ObjectChange Change, ImmutableArray<FieldChange> Fields, ImmutableArray<string> Managers, ImmutableArray<string> ConflictingFields, string? TouchedBy, DateTimeOffset? TouchedAt);

/// <summary>What a change would do, asked of the cluster's API by a dry run.</summary>
/// <param name="Addon">The add-on.</param>
/// <param name="Kind">What is to be done.</param>
/// <param name="From">Version that is there, or null.</param>
/// <param name="To">Version that comes, or null.</param>
/// <param name="Objects">The objects.</param>
public sealed record AddonDiff(string Addon, AddonChangeKind Kind, string? From, string? To, ImmutableArray<ObjectDiff> Objects);

/// <summary>An add-on that a cluster should have, by its plans.</summary>
/// <param name="Name">Name.</param>
/// <param name="Plan">The newest plan about it.</param>
/// <param name="Step">The step of that plan.</param>
/// <param name="IsGoing">Whether that plan removes it.</param>
public sealed record WantedAddon(string Name, Plan Plan, PlanStep Step, bool IsGoing);

/// <summary>An add-on that a cluster does not have.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version that the site offers.</param>
/// <param name="IsRetired">Whether its makers no longer mend it.</param>
/// <param name="Excludes">An add-on of the cluster that it cannot be beside, or null.</param>
public sealed record AddonOffer(string Name, string Version, bool IsRetired, string? Excludes);

/// <summary>The add-ons of a cluster and their life. Reading needs <see cref="Capability.Read"/>, comparing and changing <see cref="Capability.Write"/>; another project's cluster is <see cref="BackendFailure.NotFound"/>.</summary>
public interface IClusterAddons
{
    /// <summary>Lists what the cluster should have, by its plans; the cluster itself is not asked.</summary>
    Task<IReadOnlyList<WantedAddon>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Lists what it could have besides.</summary>
    Task<IReadOnlyList<AddonOffer>> ListOffersAsync(Scope scope, string clusterId, CancellationToken cancellationToken);

    /// <summary>Asks the cluster what a change would do; nothing is changed.</summary>
    /// <exception cref="BackendException">The cluster's API does not answer, or the portal has no identity in it.</exception>
    Task<AddonDiff> CompareAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, CancellationToken cancellationToken);

    /// <summary>Starts the plan of a change.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="clusterId">Cluster.</param>
    /// <param name="kind">What is to be done.</param>
    /// <param name="addon">Add-on.</param>
    /// <param name="overwrite">Keys of objects whose fields are taken from whoever owns them; the person chose each.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ClusterActionException">Not possible.</exception>
    /// <exception cref="SubjectLockedException">Another plan changes the cluster.</exception>
    Task<Plan> ChangeAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, IReadOnlyList<string> overwrite, CancellationToken cancellationToken);
}

/// <summary>Frozen inputs of the plans that change an add-on; their kind is <c>addon-add</c>, <c>addon-upgrade</c>, <c>addon-repair</c> or <c>addon-remove</c>.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="ClusterName">Name.</param>
/// <param name="Addon">Add-on.</param>
/// <param name="Overwrite">Keys of objects whose fields are taken from others.</param>
public sealed record AddonChangeInputs(string ClusterId, string ClusterName, string Addon, ImmutableArray<string> Overwrite)
{
    /// <summary>Gives the kind of plan.</summary>
    public static string PlanKind(AddonChangeKind kind) => "addon-" + kind.ToString().ToLowerInvariant();
}
