using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Tests.Support;

namespace Portal.Tests.Registry.Creation;

/// <summary>A plan's journal in memory, whose process dies at a write that is asked for: just before it, so that what was done is not known.</summary>
internal sealed class KilledJournal(Scope scope, HarborCreateInputs inputs)
{
    private readonly Dictionary<string, PlanStep> steps = new(StringComparer.Ordinal);

    /// <summary>Gets how often the process has died.</summary>
    public int Deaths { get; private set; }

    /// <summary>Lets the step die at its first write, at its second, … until it comes to its end.</summary>
    public async Task KillAtEachWriteAsync(IProvisioningStep step)
    {
        var at = 1;
        var last = "";
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    var result = await RunAsync(step, at);
                    last = result.Reason?.ToString() ?? "";
                    return result.State is StepState.Done or StepState.Skipped;
                }
                catch (DeathException)
                {
                    Deaths++;
                    at++;
                    return false;
                }
            },
            () => $"{step.Id} has not come to its end, at write {at}: {last}");
    }

    public Task<StepResult> RunAsync(IProvisioningStep step, int? dieAt) => step.RunAsync(new Context(this, step, dieAt), CancellationToken.None);

    public Task UndoAsync(IProvisioningStep step) => step.UndoAsync(new Context(this, step, null), CancellationToken.None);

    public async Task<bool> TryUndoAsync(IProvisioningStep step)
    {
        try
        {
            await UndoAsync(step);
            return true;
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            return false;
        }
    }

    private sealed class DeathException : Exception;

    private sealed class Context(KilledJournal journal, IProvisioningStep step, int? dieAt) : StepContext
    {
        private int writes;

        public override Plan Plan => new()
        {
            Id = "plan-1",
            Kind = step.PlanKind,
            KindVersion = 1,
            Subject = HarborPlans.Subject,
            SubjectName = "harbor",
            ProjectId = journal.Scope.ProjectId,
            Region = journal.Scope.Region,
            RequestedById = "u1",
            RequestedBy = "pavel",
            Inputs = JsonSerializer.SerializeToElement(journal.Inputs, JsonSerializerOptions.Web),
            Steps = [.. journal.steps.Values],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

        public override PlanStep Step => journal.steps.GetValueOrDefault(step.Id) ?? new() { Id = step.Id, Version = 1, Phase = step.Phase, DependsOn = [] };

        public override Task KeepAsync(string name, string value, CancellationToken cancellationToken) => WriteAsync(Step with { Outputs = Step.Outputs.SetItem(name, value) });

        public override Task ReportAsync(Reason reason, ImmutableArray<MadeObject> made, CancellationToken cancellationToken) => WriteAsync(Step with { Reason = reason, Made = made });

        private Task WriteAsync(PlanStep changed)
        {
            if (++writes == dieAt)
            {
                throw new DeathException();
            }

            journal.steps[step.Id] = changed;
            return Task.CompletedTask;
        }
    }

    private Scope Scope => scope;

    private HarborCreateInputs Inputs => inputs;
}
