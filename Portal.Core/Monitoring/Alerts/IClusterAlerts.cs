using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Alerts;

/// <summary>An alert of a cluster, as its Alertmanager last said it.</summary>
public sealed record ClusterAlert
{
    /// <summary>Gets Alertmanager's name for its labels.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Gets the labels, cut where they are long: <c>alertname</c>, <c>severity</c>, <c>namespace</c>, …</summary>
    public required ImmutableDictionary<string, string> Labels { get; init; }

    /// <summary>Gets the annotations, cut where they are long: <c>summary</c>, <c>description</c>, …</summary>
    public required ImmutableDictionary<string, string> Annotations { get; init; }

    /// <summary>Gets since when (UTC).</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Gets when it was over (UTC), or null while it fires.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the rule's expression (PromQL), as the link to Prometheus has it; null where it was not told.</summary>
    public string? Expression { get; init; }

    /// <summary>Gets whether people are told of it. A message is about active ones alone; a look knows the others.</summary>
    public AlertStanding Standing { get; init; }

    /// <summary>Gets the ids of the silences that keep it quiet.</summary>
    public ImmutableArray<string> SilencedBy { get; init; } = [];
}

/// <summary>Whether people are told of an alert.</summary>
public enum AlertStanding
{
    /// <summary>They are.</summary>
    Active,

    /// <summary>Somebody silenced it.</summary>
    Silenced,

    /// <summary>A worse alert explains it.</summary>
    Inhibited,
}

/// <summary>What became of a message.</summary>
public enum AlertReceipt
{
    /// <summary>It is kept.</summary>
    Kept,

    /// <summary>No cluster has this token.</summary>
    UnknownToken,

    /// <summary>It is not what Alertmanager sends.</summary>
    NotUnderstood,
}

/// <summary>The alerts that clusters' Alertmanagers tell the portal.</summary>
public interface IClusterAlerts
{
    /// <summary>Learns the token by which a cluster's Alertmanager is known; a hash of it is kept, and takes the place of the cluster's former one.</summary>
    Task LearnAsync(ClusterKey cluster, string token, CancellationToken cancellationToken);

    /// <summary>Says whether a cluster is known by a token.</summary>
    Task<bool> IsKnownAsync(string token, CancellationToken cancellationToken);

    /// <summary>Forgets a cluster that is gone: by which token it was known, and what it told.</summary>
    Task ForgetAsync(ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Takes a message of Alertmanager's webhook (version 4). The same message twice is the same as once, and an old one does not undo a newer.</summary>
    /// <param name="token">The bearer token: it says which cluster speaks, and nothing else does.</param>
    /// <param name="message">The body.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AlertReceipt> ReceiveAsync(string token, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Lists what a cluster's Alertmanager has told, firing ones first, then the youngest; needs <see cref="Capability.Read"/>. Another project's cluster has none.</summary>
    Task<IReadOnlyList<ClusterAlert>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken);
}
