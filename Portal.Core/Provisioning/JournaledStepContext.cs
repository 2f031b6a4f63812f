using System.Collections.Immutable;

namespace Portal.Core.Provisioning;

/// <summary>A step's context that writes through to the journal.</summary>
internal sealed class JournaledStepContext(PlanJournal journal, string stepId) : StepContext
{
    /// <inheritdoc />
    public override Plan Plan => journal.Plan;

    /// <inheritdoc />
    public override PlanStep Step => journal.Plan.Step(stepId);

    /// <summary>Keeps it. A step that was just cancelled still keeps what it has made: undo has to find it.</summary>
    public override Task KeepAsync(string name, string value, CancellationToken cancellationToken) => journal.UpdateAsync(plan => plan.WithStep(
        stepId, step => step.Outputs.GetValueOrDefault(name) == value ? step : step with { Outputs = step.Outputs.SetItem(name, value) }));

    /// <inheritdoc />
    public override Task ReportAsync(Reason reason, ImmutableArray<MadeObject> made, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return journal.UpdateAsync(plan => plan.WithStep(
            stepId, step => Same(step.Reason, reason) && step.Made.SequenceEqual(made) ? step : step with { Reason = reason, Made = made }));
    }

    private static bool Same(Reason? one, Reason other) =>
        one?.Code == other.Code && one.Arguments.Count == other.Arguments.Count && !one.Arguments.Except(other.Arguments).Any();
}
