using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Explanations;

/// <summary>What was read of a cluster in trouble, before a rule looks at it.</summary>
internal sealed record StuckFacts
{
    private static readonly Regex Noise = new("user triggered cancel|^state changed$|^Stack \\w+ started$", RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(200));

    /// <summary>Gets in whose name further reads are made: the portal's, in the cluster's project.</summary>
    public required Scope Scope { get; init; }

    public required Cluster Cluster { get; init; }

    public required Lateness Lateness { get; init; }

    /// <summary>Gets the Heat stack, or null when there is none, it was not found, or Heat did not answer.</summary>
    public Stack? Stack { get; init; }

    /// <summary>Gets the nested resources that failed, the deepest last.</summary>
    public ImmutableArray<StackResource> Failed { get; init; } = [];

    /// <summary>Gets the nested resources that are in progress, the deepest last.</summary>
    public ImmutableArray<StackResource> Running { get; init; } = [];

    /// <summary>Gets the newest events, newest first; read where the resources tell too little.</summary>
    public ImmutableArray<StackEvent> Events { get; init; } = [];

    /// <summary>Gets what could not be read.</summary>
    public ImmutableArray<ClusterProblem> Missing { get; init; } = [];

    /// <summary>Gets whether Magnum names no Heat stack: a driver for the Cluster API puts a name of its own there.</summary>
    public bool IsWithoutHeat => Cluster.StackId is { } id && !Guid.TryParseExact(id, "D", out _);

    /// <summary>Gives the bare texts, the likeliest cause first: the deepest resource has the root cause, Magnum's own sentence the least.</summary>
    public ImmutableArray<BareText> Texts()
    {
        var resources = Failed.Reverse().Select(r => new BareText("heat", $"{r.LogicalId} · {r.Type}", r.StatusReason, r, r.UpdatedAt));
        var events = Events.Where(e => e.Status.EndsWith("_FAILED", StringComparison.Ordinal)).Reverse().Select(e => new BareText("heat", e.LogicalId, e.StatusReason, null, e.At));
        var stack = new[] { new BareText("heat", Stack?.Name ?? "", Stack?.StatusReason ?? "", null, null) };
        var faults = Cluster.Faults.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => new BareText("magnum", "faults: " + f.Key, f.Value, null, Cluster.UpdatedAt));
        var own = new[] { new BareText("magnum", "status_reason", Cluster.StatusReason ?? "", null, Cluster.UpdatedAt) };
        return [.. resources.Concat(events).Concat(Cluster.Status.IsFailed() ? stack : []).Concat(faults).Concat(own).Where(t => t.Text.Length > 0 && !IsNoise(t.Text)).DistinctBy(t => t.Text)];
    }

    private static bool IsNoise(string text) => Noise.IsMatch(text);
}
