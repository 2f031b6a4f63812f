namespace Portal.Core.Clusters.Watching;

/// <summary>A cluster as the poller keeps it.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="StatusSince">Since when Magnum shows this status, as well as it can be known (UTC).</param>
/// <param name="TemplateName">The template's name, or null.</param>
/// <param name="Explanation">Why it failed or is late, once it was looked up.</param>
internal sealed record ClusterRow(Cluster Cluster, DateTimeOffset? StatusSince, string? TemplateName, Explanation? Explanation)
{
    /// <summary>Gets how long creations from its template usually take, or null when the portal saw none.</summary>
    public TimeSpan? Usual { get; init; }
}

/// <summary>A creation whose end the portal saw.</summary>
internal sealed record SeenCreation(Cluster Cluster, TimeSpan Took);
