using System.Collections.Immutable;
using Portal.Core.Live;
using Portal.Core.Provisioning;

namespace Portal.Provisioning;

/// <summary>Steps that are shown together, with their place in the map.</summary>
/// <param name="Id">Id of the phase.</param>
/// <param name="Steps">Its steps, with their number in the plan.</param>
/// <param name="Column">Column of the map: phases that may run at the same time share one.</param>
public sealed record PlanPhase(string Id, ImmutableArray<(int Number, PlanStep Step)> Steps, int Column)
{
    /// <summary>Gets how many steps are done or not needed.</summary>
    public int Done => Steps.Count(s => s.Step.State is StepState.Done or StepState.Skipped);

    /// <summary>Gets whether nothing is left to do in it.</summary>
    public bool IsDone => Done == Steps.Length;

    /// <summary>Gets the kind of its state: that of its most urgent step; moving while it is half done.</summary>
    public StateKind Kind
    {
        get
        {
            if (IsDone)
            {
                return StateKind.Ok;
            }

            var worst = Steps.Select(s => PlanWords.KindOf(s.Step.State)).Min();
            return worst is StateKind.Wait && Done > 0 ? StateKind.Run : worst;
        }
    }

    /// <summary>Gets how long it took from its first start to its last end, or null while it runs.</summary>
    public TimeSpan? Took =>
        IsDone && Steps.Min(s => s.Step.StartedAt) is { } from && Steps.Max(s => s.Step.EndedAt) is { } to ? to - from : null;

    /// <summary>Puts a plan's steps into phases, in the order of the plan.</summary>
    public static ImmutableArray<PlanPhase> Of(Plan plan)
    {
        var phases = ImmutableArray.CreateBuilder<PlanPhase>();
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var group in plan.Steps.Select((step, i) => (Number: i + 1, Step: step)).GroupBy(s => s.Step.Phase))
        {
            var before = group.SelectMany(s => s.Step.DependsOn)
                .Select(id => plan.Steps.FirstOrDefault(s => s.Id == id)?.Phase)
                .Where(phase => phase is not null && phase != group.Key && columns.ContainsKey(phase));
            columns[group.Key] = before.Select(phase => columns[phase!] + 1).DefaultIfEmpty(0).Max();
            phases.Add(new PlanPhase(group.Key, [.. group], columns[group.Key]));
        }

        return phases.ToImmutable();
    }
}
