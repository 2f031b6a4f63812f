namespace Portal.Core.Clusters.Explanations;

/// <summary>How long a cluster has been at what Magnum does with it, against what is usual.</summary>
/// <param name="Since">When it began (UTC), or null when it is not known.</param>
/// <param name="Age">How long that is.</param>
/// <param name="Usual">How long creations from its template usually take, or null.</param>
/// <param name="IsLate">Whether Magnum is at it much longer than usual.</param>
/// <param name="IsPastTimeout">Whether the time that was allowed for the creation is over.</param>
internal sealed record Lateness(DateTimeOffset? Since, TimeSpan Age, TimeSpan? Usual, bool IsLate, bool IsPastTimeout)
{
    /// <summary>Works it out. Without a usual time, <see cref="ClustersOptions.LateAfter"/> counts; past the allowed time anything is late.</summary>
    public static Lateness Of(Cluster cluster, DateTimeOffset? statusSince, TimeSpan? usual, ClustersOptions options, DateTimeOffset now)
    {
        var creating = cluster.Status is ClusterStatus.CreateInProgress;
        var since = creating ? cluster.CreatedAt ?? statusSince : statusSince ?? cluster.UpdatedAt ?? cluster.CreatedAt;
        var age = since is { } from && now > from ? now - from : TimeSpan.Zero;
        var known = creating || cluster.Status is ClusterStatus.CreateFailed ? usual : null;
        var limit = known is { } median && creating ? Longest(median * options.LateFactor, median + options.LateMargin) : options.LateAfter;
        var past = creating && cluster.CreateTimeout is { } allowed && age > allowed;
        return new Lateness(since, age, known, cluster.Status.IsInProgress() && (age > limit || past), past);
    }

    private static TimeSpan Longest(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
