using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Core.Monitoring.Silences;

/// <summary>Where a silence is in its life.</summary>
public enum SilenceState
{
    /// <summary>It keeps alerts quiet now.</summary>
    Active,

    /// <summary>It begins later.</summary>
    Pending,

    /// <summary>It has ended; Alertmanager lists it for five days.</summary>
    Expired,
}

/// <summary>A silence of a cluster's Alertmanager.</summary>
public sealed record Silence
{
    /// <summary>Gets Alertmanager's id, a uuid.</summary>
    public required string Id { get; init; }

    /// <summary>Gets where it is in its life, as Alertmanager says.</summary>
    public required SilenceState State { get; init; }

    /// <summary>Gets the conditions; an alert that meets all of them is quiet.</summary>
    public required ImmutableArray<SilenceMatcher> Matchers { get; init; }

    /// <summary>Gets the beginning (UTC).</summary>
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Gets the end (UTC).</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Gets who made it, as they or the portal wrote it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Gets why.</summary>
    public required string Comment { get; init; }

    /// <summary>Gives whether an alert with these labels meets all conditions.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) => SilenceDraft.Matches(Matchers, labels);
}

/// <summary>A silence as somebody wants it.</summary>
public sealed record SilenceDraft
{
    /// <summary>Gets the id of the silence that is changed, or null for a new one.</summary>
    public string? Id { get; init; }

    /// <summary>Gets the conditions.</summary>
    public ImmutableArray<SilenceMatcher> Matchers { get; init; } = [];

    /// <summary>Gets the beginning (UTC), or null for now.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Gets the end (UTC).</summary>
    public required DateTimeOffset EndsAt { get; init; }

    /// <summary>Gets why.</summary>
    public string Comment { get; init; } = "";

    /// <summary>Gives whether an alert with these labels meets all conditions; none is met by nothing.</summary>
    public static bool Matches(ImmutableArray<SilenceMatcher> matchers, IReadOnlyDictionary<string, string> labels) => matchers.Length > 0 && matchers.All(m => m.Matches(labels));
}

/// <summary>The silences of one cluster.</summary>
/// <param name="ClusterId">Magnum uuid.</param>
/// <param name="IsThere">Whether the cluster has an Alertmanager.</param>
/// <param name="Silences">Active ones first, then pending, then expired.</param>
/// <param name="Failure">Why they could not be read, or null; the other clusters' are complete all the same.</param>
public sealed record ClusterSilences(string ClusterId, bool IsThere, ImmutableArray<Silence> Silences, BackendException? Failure = null) : IOfCluster;

/// <summary>The silences of a project's clusters: Alertmanager's API v2, by the portal's way into each cluster.</summary>
public interface ISilences
{
    /// <summary>Lists those of every cluster of the project that the portal has looked at; needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterSilences>> ListAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lists them for a page that asks again and again: at most some seconds old, and asked once for all who look. Needs <see cref="Capability.Read"/>.</summary>
    Task<ImmutableArray<ClusterSilences>> ListLatelyAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a silence, or changes one, in the name of the scope's person; needs <see cref="Capability.Write"/>, and is audited. Where the answer is
    /// lost, Alertmanager is asked whether it was done.
    /// </summary>
    /// <returns>The silence's id: of one whose conditions were changed a new one, for Alertmanager ends the old.</returns>
    /// <exception cref="ClusterInvalidException">Fields <c>matchers</c>, <c>endsAt</c>, <c>comment</c> have something to correct, by the portal's look or Alertmanager's.</exception>
    /// <exception cref="BackendException">It could not be done; <see cref="BackendFailure.NotFound"/> also when the cluster has no Alertmanager.</exception>
    Task<string> SaveAsync(Scope scope, string clusterId, SilenceDraft draft, CancellationToken cancellationToken);

    /// <summary>Ends a silence now; one that has ended stays so. Needs <see cref="Capability.Write"/>, and is audited.</summary>
    Task ExpireAsync(Scope scope, string clusterId, string silenceId, CancellationToken cancellationToken);
}
