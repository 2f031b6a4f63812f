using Portal.Core.Backends;

namespace Portal.Core.Clusters;

/// <summary>A part that could not be read; rows and the other parts stay.</summary>
/// <param name="Backend">Which backend: <c>magnum</c>, <c>nova</c>, …</param>
/// <param name="Failure">What kind of failure.</param>
/// <param name="Answer">The backend's sentence, or null.</param>
/// <param name="RequestId">The backend's request id, or null.</param>
/// <param name="Subject">What it concerns (a cluster's id), or null for the whole part.</param>
public sealed record ClusterProblem(string Backend, BackendFailure Failure, string? Answer, string? RequestId, string? Subject = null)
{
    /// <summary>Makes a problem of a failed call.</summary>
    public static ClusterProblem Of(BackendException e, string? subject = null) => new(e.Backend, e.Failure, e.Answer, e.RequestId, subject);
}

/// <summary>How fresh a project's rows are.</summary>
/// <param name="AsOf">When the rows were true (UTC), or null before the first answer.</param>
/// <param name="Problem">Why the last poll brought nothing new, or null.</param>
/// <param name="Incomplete">Clusters whose details could not be read.</param>
/// <param name="IsKept">Whether the rows are those of before a restart of the portal; Magnum has not answered since.</param>
public sealed record ClusterFreshness(
    DateTimeOffset? AsOf, ClusterProblem? Problem, System.Collections.Immutable.ImmutableArray<ClusterProblem> Incomplete, bool IsKept = false);
