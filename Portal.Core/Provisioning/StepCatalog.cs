using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Provisioning;

/// <summary>Version of a kind of plan, registered beside its steps; 1 when none is.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Version">Raised when the meaning of the kind's inputs changes.</param>
public sealed record PlanKindVersion(string Kind, int Version)
{
    /// <summary>Gets what a person must be able to do to begin, retry or stop such a plan.</summary>
    public Capability Needs { get; init; } = Capability.Write;
}

/// <summary>The steps of this process, by kind of plan; makes the steps of a new plan, in an order in which they can run.</summary>
internal sealed class StepCatalog
{
    private readonly ImmutableArray<IProvisioningStep> steps;
    private readonly ImmutableDictionary<string, PlanKindVersion> known;

    /// <exception cref="InvalidOperationException">The steps of a kind cannot be ordered, or wait for one that is not there.</exception>
    public StepCatalog(IEnumerable<IProvisioningStep> steps, IEnumerable<PlanKindVersion> kinds)
    {
        this.steps = [.. steps];
        known = kinds.ToImmutableDictionary(k => k.Kind);
        foreach (var kind in this.steps.Select(s => s.PlanKind).Distinct())
        {
            Order(Newest(kind));
        }
    }

    public int VersionOf(string kind) => known.GetValueOrDefault(kind)?.Version ?? 1;

    public Capability NeedsOf(string kind) => known.GetValueOrDefault(kind)?.Needs ?? Capability.Write;

    /// <summary>Gives the newest code that takes the step, or null.</summary>
    public IProvisioningStep? Find(string kind, PlanStep step) => steps
        .Where(s => s.PlanKind == kind && s.Id == step.Id && s.OldestVersion <= step.Version && step.Version <= s.Version)
        .MaxBy(s => s.Version);

    /// <summary>Makes the steps of a new plan.</summary>
    /// <exception cref="ArgumentException">No such kind of plan, or no step for these inputs.</exception>
    public ImmutableArray<PlanStep> Make(string kind, JsonElement inputs)
    {
        var ordered = Order(Newest(kind));
        var taken = ordered.Where(s => s.AppliesTo(inputs)).ToDictionary(s => s.Id);
        if (taken.Count == 0)
        {
            throw new ArgumentException($"No step is known for plans of kind '{kind}' with these inputs.", nameof(kind));
        }

        var all = ordered.ToDictionary(s => s.Id);
        return [.. ordered.Where(s => taken.ContainsKey(s.Id)).Select(s => new PlanStep
        {
            Id = s.Id,
            Version = s.Version,
            Phase = s.Phase,
            DependsOn = [.. Waits(s, taken, all).Distinct()],
            MaxAttempts = s.MaxAttempts,
        })];
    }

    // A step that is left out hands on what it would have waited for.
    private static IEnumerable<string> Waits(IProvisioningStep step, Dictionary<string, IProvisioningStep> taken, Dictionary<string, IProvisioningStep> all) =>
        step.DependsOn.SelectMany(id => taken.ContainsKey(id) ? [id] : Waits(all[id], taken, all));

    private List<IProvisioningStep> Newest(string kind) =>
        [.. steps.Where(s => s.PlanKind == kind).GroupBy(s => s.Id).Select(g => g.MaxBy(s => s.Version)!)];

    private static List<IProvisioningStep> Order(List<IProvisioningStep> open)
    {
        var ids = open.Select(s => s.Id).ToHashSet();
        if (open.SelectMany(s => s.DependsOn).FirstOrDefault(id => !ids.Contains(id)) is { } missing)
        {
            throw new InvalidOperationException($"A step of plans '{open[0].PlanKind}' waits for '{missing}', which is not registered.");
        }

        var ordered = new List<IProvisioningStep>();
        var placed = new HashSet<string>();
        while (ordered.Count < ids.Count)
        {
            var next = open.FirstOrDefault(s => !placed.Contains(s.Id) && s.DependsOn.All(placed.Contains))
                ?? throw new InvalidOperationException($"Steps of plans '{open[0].PlanKind}' wait for each other: {string.Join(", ", ids.Except(placed))}.");
            ordered.Add(next);
            placed.Add(next.Id);
        }

        return ordered;
    }
}
