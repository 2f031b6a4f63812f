using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Clusters;

/// <summary>What a part that could not be read means for its page.</summary>
internal static class ClusterProblems
{
    /// <summary>Gives the failure that words are made of.</summary>
    public static BackendException ToException(this ClusterProblem problem) => new(problem.Backend, "list", problem.Failure, problem.Answer, null, problem.RequestId);

    /// <summary>Gets whether asking again may help.</summary>
    public static bool MayHeal(this ClusterProblem problem) =>
        problem.Failure is BackendFailure.Timeout or BackendFailure.Unreachable or BackendFailure.Throttled or BackendFailure.Broken;
}
