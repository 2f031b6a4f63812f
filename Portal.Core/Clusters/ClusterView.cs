using System.Collections.Immutable;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>State of a cluster as people are told it.</summary>
public sealed record ClusterState
{
    /// <summary>Gets the kind: shape, colour and place in a list.</summary>
    public required StateKind Kind { get; init; }

    /// <summary>
    /// Gets the code of its words: <c>being-created</c>, <c>being-initialised</c>, <c>resizing</c>, <c>rotating-certificates</c>,
    /// <c>updating</c>, <c>deleting</c>, <c>rolling-back</c>, <c>ready</c>, <c>degraded</c>, <c>creation-failed</c>, <c>change-failed</c>,
    /// <c>deletion-failed</c>, <c>deletion-blocked</c>, <c>initialisation-stopped</c>, <c>no-answer</c>, <c>not-initialised</c> (made outside of the portal).
    /// </summary>
    public required string Code { get; init; }

    /// <summary>Gets the sentence as code and arguments, or null when the word says it all.</summary>
    public Reason? Reason { get; init; }

    /// <summary>Gets who has to act.</summary>
    public Actor Actor { get; init; }

    /// <summary>Gets since when (UTC), or null when it is not known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets how long creations from the cluster's template usually take, when it is being made or could not be; null when it is not known.</summary>
    public TimeSpan? Usual { get; init; }
}

/// <summary>What was made of the bare cluster.</summary>
/// <param name="PlanId">The newest initialisation plan, or null when there was none.</param>
/// <param name="State">Its state, or null.</param>
/// <param name="StepsDone">Steps done or not needed.</param>
/// <param name="Steps">All steps.</param>
/// <param name="CurrentStepId">The step that runs or waits for someone, or null.</param>
/// <param name="Profile">The add-on profile, or null.</param>
public sealed record PlatformState(string? PlanId, PlanState? State, int StepsDone, int Steps, string? CurrentStepId, string? Profile);

/// <summary>The plan that holds a cluster's lock.</summary>
/// <param name="PlanId">Plan.</param>
/// <param name="Kind">Its kind: <c>cluster-resize</c>.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Since">When it was made (UTC).</param>
/// <param name="Usual">How long such plans usually take, or null.</param>
public sealed record ClusterLock(string PlanId, string Kind, string RequestedBy, DateTimeOffset Since, TimeSpan? Usual);

/// <summary>What can be done with a cluster.</summary>
public enum ClusterAction
{
    /// <summary>Change the number of workers.</summary>
    Resize,

    /// <summary>Give it a new certificate authority.</summary>
    RotateAuthority,

    /// <summary>Delete it.</summary>
    Delete,

    /// <summary>Make a platform of a bare cluster, or run its initialisation again.</summary>
    Initialise,

    /// <summary>Get a kubeconfig.</summary>
    Kubeconfig,
}

/// <summary>Whether an action is possible now.</summary>
/// <param name="Action">The action.</param>
/// <param name="WhyNot">Why not now, or null when it is allowed. Actions that the person never may are left out of the list.</param>
public sealed record AllowedAction(ClusterAction Action, Reason? WhyNot)
{
    /// <summary>Gets whether it is allowed now.</summary>
    public bool IsAllowed => WhyNot is null;
}

/// <summary>A condition that another feature knows of a cluster (an add-on that does not work, an API that does not answer).</summary>
/// <param name="Kind"><see cref="StateKind.Warn"/> makes a ready cluster degraded, <see cref="StateKind.Unknown"/> makes it one without an answer.</param>
/// <param name="Reason">Why.</param>
/// <param name="Actor">Who has to act.</param>
/// <param name="Since">Since when (UTC), or null.</param>
public sealed record ClusterCondition(StateKind Kind, Reason Reason, Actor Actor, DateTimeOffset? Since)
{
    /// <summary>Code of the reason of a cluster whose API does not answer, or not with a certificate of its authority.</summary>
    public const string ApiSilent = "cluster.api-silent";
}

/// <summary>Implemented by features that know more of a cluster than Magnum does. Answers from memory, at once.</summary>
public interface IClusterConditionSource
{
    /// <summary>Gives the conditions of a cluster, worst first; empty when all is well or nothing is known.</summary>
    ImmutableArray<ClusterCondition> Of(string clusterId);
}

/// <summary>A cluster with everything that the portal knows of it: a row of the list, and the head of its page.</summary>
public sealed record ClusterView
{
    /// <summary>Gets Magnum's cluster.</summary>
    public required Cluster Cluster { get; init; }

    /// <summary>Gets the state in people's words.</summary>
    public required ClusterState State { get; init; }

    /// <summary>Gets the template's name, or null when it is not visible (deleted, hidden).</summary>
    public string? TemplateName { get; init; }

    /// <summary>Gets what was made of the bare cluster.</summary>
    public required PlatformState Platform { get; init; }

    /// <summary>Gets who holds the cluster's lock, or null.</summary>
    public ClusterLock? Lock { get; init; }

    /// <summary>Gets the actions of this person, with the reason why one is off.</summary>
    public ImmutableArray<AllowedAction> Actions { get; init; } = [];

    /// <summary>Compares by value, actions included.</summary>
    public bool Equals(ClusterView? other) =>
        other is not null && Cluster.Equals(other.Cluster) && SameState(State, other.State) && TemplateName == other.TemplateName
        && Platform == other.Platform && Lock == other.Lock
        && Actions.Select(a => (a.Action, a.WhyNot?.Code)).SequenceEqual(other.Actions.Select(a => (a.Action, a.WhyNot?.Code)));

    /// <inheritdoc />
    public override int GetHashCode() => Cluster.GetHashCode();

    private static bool SameState(ClusterState a, ClusterState b) =>
        a.Kind == b.Kind && a.Code == b.Code && a.Actor == b.Actor && a.Since == b.Since && a.Usual == b.Usual && a.Reason?.Code == b.Reason?.Code
        && (a.Reason is null || a.Reason.Arguments.OrderBy(p => p.Key, StringComparer.Ordinal).SequenceEqual(b.Reason!.Arguments.OrderBy(p => p.Key, StringComparer.Ordinal)));
}
