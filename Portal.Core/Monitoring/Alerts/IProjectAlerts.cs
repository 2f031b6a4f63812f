using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>Why a cluster's Alertmanager could not be asked.</summary>
public enum AlertSilence
{
    /// <summary>The cluster's API does not answer.</summary>
    ApiSilent,

    /// <summary>The API answers; Alertmanager does not.</summary>
    Dead,

    /// <summary>The API refuses the portal.</summary>
    Refused,

    /// <summary>What answers is not Alertmanager, or says more than is read.</summary>
    NotUnderstood,
}

/// <summary>How a cluster's alerts come to the portal.</summary>
public sealed record AlertSource
{
    /// <summary>Gets whether the cluster has the add-on; null before the first look.</summary>
    public bool? HasAlertmanager { get; init; }

    /// <summary>Gets when Alertmanager last answered a look (UTC), or null.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Gets when it last told something by itself (UTC), or null.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>Gets since when it cannot be asked (UTC), or null.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Gets why it cannot be asked, or null.</summary>
    public AlertSilence? Silence { get; init; }

    /// <summary>Gets since when the alert that always fires is missing (UTC), or null: nothing proves that alerts get to Alertmanager.</summary>
    public DateTimeOffset? WatchdogMissingSince { get; init; }
}

/// <summary>A cluster's alerts, and how they come.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="Source">How they come.</param>
/// <param name="Alerts">Firing ones first, then the youngest.</param>
public sealed record ClusterAlertBook(string ClusterId, AlertSource Source, ImmutableArray<ClusterAlert> Alerts);

/// <summary>The alerts of a project's clusters as people see them; needs <see cref="Capability.Read"/>.</summary>
public interface IProjectAlerts
{
    /// <summary>Gives those of every cluster that the portal has looked at or heard of.</summary>
    Task<ImmutableArray<ClusterAlertBook>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Gives them at once and again after changes. Endless until cancelled.</summary>
    IAsyncEnumerable<ImmutableArray<ClusterAlertBook>> WatchAsync(Scope scope, CancellationToken cancellationToken);
}
