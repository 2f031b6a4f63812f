using Portal.Core.Clusters;
using Portal.Core.Live;

namespace Portal.Clusters;

/// <summary>Which part of the list is chosen by a chip.</summary>
public enum ClusterGroup
{
    /// <summary>All.</summary>
    All,

    /// <summary>Failed, waiting for a person, flawed or without an answer.</summary>
    Needs,

    /// <summary>Moving by itself.</summary>
    Progress,

    /// <summary>Ready.</summary>
    Ready,
}

/// <summary>What the list is sorted by.</summary>
public enum ClusterSort
{
    /// <summary>Who needs someone first; within one state the longest first.</summary>
    State,

    /// <summary>Name.</summary>
    Name,

    /// <summary>Kubernetes version.</summary>
    Version,

    /// <summary>Number of nodes wished.</summary>
    Nodes,

    /// <summary>Age.</summary>
    Age,
}

/// <summary>Filter and order of the list, as its URL has them.</summary>
/// <param name="Text">Text in any visible field.</param>
/// <param name="Group">Chip.</param>
/// <param name="Sort">Column.</param>
/// <param name="IsDescending">Whether the order is turned.</param>
public sealed record ClusterListQuery(string Text, ClusterGroup Group, ClusterSort Sort, bool IsDescending)
{
    /// <summary>Reads the URL's values; what is unknown is left at its default.</summary>
    public static ClusterListQuery Read(string? text, string? state, string? sort)
    {
        var turned = sort?.StartsWith('-') == true;
        return new(
            text ?? "",
            Enum.TryParse<ClusterGroup>(state, ignoreCase: true, out var group) ? group : ClusterGroup.All,
            Enum.TryParse<ClusterSort>(sort?.TrimStart('-'), ignoreCase: true, out var by) ? by : ClusterSort.State,
            turned);
    }

    /// <summary>Gets the URL's value for the order, null for the default.</summary>
    public string? SortValue => Sort is ClusterSort.State && !IsDescending ? null : (IsDescending ? "-" : "") + Sort.ToString().ToLowerInvariant();

    /// <summary>Gets the URL's value for the chip, null for all.</summary>
    public string? GroupValue => Group is ClusterGroup.All ? null : Group.ToString().ToLowerInvariant();

    /// <summary>Gives the chip that a kind of state belongs to; what only waits or is off is under "All" alone.</summary>
    public static ClusterGroup GroupOf(StateKind kind) => kind switch
    {
        StateKind.Fail or StateKind.You or StateKind.Warn or StateKind.Unknown => ClusterGroup.Needs,
        StateKind.Run or StateKind.Retry => ClusterGroup.Progress,
        StateKind.Ok => ClusterGroup.Ready,
        _ => ClusterGroup.All,
    };

    /// <summary>Gives the rows that match, in their order.</summary>
    public IReadOnlyList<ClusterView> Apply(IEnumerable<ClusterView> views)
    {
        var rows = views.Where(v => MatchesText(v) && (Group is ClusterGroup.All || GroupOf(v.State.Kind) == Group));
        var ordered = Order(rows).ThenBy(v => v.Cluster.Name, StringComparer.CurrentCultureIgnoreCase).ThenBy(v => v.Cluster.Id, StringComparer.Ordinal);
        return IsDescending ? [.. ordered.Reverse()] : [.. ordered];
    }

    /// <summary>Gets whether the text is in one of the row's visible fields.</summary>
    public bool MatchesText(ClusterView view)
    {
        var text = Text.Trim();
        return text.Length == 0 || Visible(view).Any(field => field?.Contains(text, StringComparison.CurrentCultureIgnoreCase) == true);
    }

    private static IEnumerable<string?> Visible(ClusterView view) =>
        [view.Cluster.Name, view.TemplateName, view.Cluster.KubernetesVersion, ClusterWords.Word(view.State.Code), ClusterWords.Why(view)];

    private IOrderedEnumerable<ClusterView> Order(IEnumerable<ClusterView> rows) => Sort switch
    {
        ClusterSort.Name => rows.OrderBy(v => v.Cluster.Name, StringComparer.CurrentCultureIgnoreCase),
        ClusterSort.Version => rows.OrderBy(v => v.Cluster.KubernetesVersion, StringComparer.Ordinal),
        ClusterSort.Nodes => rows.OrderBy(v => v.Cluster.NodeCount + v.Cluster.MasterCount),
        ClusterSort.Age => rows.OrderByDescending(v => v.Cluster.CreatedAt),
        _ => rows.OrderBy(v => v.State.Kind).ThenBy(v => v.State.Since ?? DateTimeOffset.MaxValue),
    };
}
