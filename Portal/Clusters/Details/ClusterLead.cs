using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Clusters.Details;

/// <summary>The sentence over a cluster.</summary>
internal static class ClusterLead
{
    /// <summary>Gives what is so.</summary>
    public static string Of(ClusterView view) => $"{Plain(view)} {ClusterWords.Usual(view)}".TrimEnd();

    /// <summary>Gives who acts, or what holds it.</summary>
    public static string? Asked(ClusterView view) =>
        ClusterWords.WhoActs(view)
        ?? (view.State.Actor is Actor.Nobody && view.Lock is { } held ? Sentence.With(ClusterText.Held, ("by", held.RequestedBy)) : null);

    private static string Plain(ClusterView view) => ClusterWords.Why(view) ?? (view.State.Code == "ready"
        ? Sentence.With(ClusterText.LeadReady, ("nodes", view.Cluster.NodeAddresses.Length + view.Cluster.MasterAddresses.Length))
        : Sentence.With(ClusterText.LeadState, ("state", ClusterWords.Word(view.State.Code))));
}
