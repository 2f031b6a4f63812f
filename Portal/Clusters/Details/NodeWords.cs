using System.Globalization;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Shared;

namespace Portal.Clusters.Details;

/// <summary>Words for a node's conditions.</summary>
internal static class NodeWords
{
    /// <summary>Gives the state.</summary>
    public static StateWord StateOf(ClusterNode node) => node switch
    {
        { IsReady: null } => new(StateKind.Unknown, ClusterText.NodeSilent),
        { IsReady: false } => new(StateKind.Fail, ClusterText.NodeNotReady),
        { Pressures.IsEmpty: false } => new(StateKind.Warn, ClusterText.NodePressure, string.Join(", ", node.Pressures)),
        { IsSchedulable: false } => new(StateKind.Off, ClusterText.NodeCordoned),
        _ => new(StateKind.Ok, ClusterText.NodeReady),
    };

    /// <summary>Gives the sentence under it, or null when the word says it all.</summary>
    public static string? Why(ClusterNode node) => node switch
    {
        { IsReady: null } => ClusterText.NodeSilentWhy,
        { IsReady: false } => node.Message,
        { Pressures.IsEmpty: false } => string.Join(" ", node.Pressures.Select(p => ClusterText.ResourceManager.GetString("Pressure." + p, CultureInfo.CurrentUICulture) ?? p)),
        _ => null,
    };
}
