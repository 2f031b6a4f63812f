using System.Text.Json;
using Portal.Core.Provisioning;

namespace Portal.Tests.Provisioning;

/// <summary>A step made of functions.</summary>
internal sealed class TestStep(string id, params string[] dependsOn) : IProvisioningStep
{
    public string Id => id;

    public int Version { get; init; } = 1;

    public int OldestVersion { get; init; } = 1;

    public string PlanKind { get; init; } = "test";

    public string Phase { get; init; } = "phase";

    public IReadOnlyList<string> DependsOn => dependsOn;

    public int MaxAttempts { get; init; } = 4;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    public Func<JsonElement, bool> Applies { get; init; } = _ => true;

    public Func<StepContext, CancellationToken, Task<StepResult>> Run { get; init; } = (_, _) => Task.FromResult(StepResult.Done);

    public Func<StepContext, CancellationToken, Task> Undo { get; init; } = (_, _) => Task.CompletedTask;

    public bool AppliesTo(JsonElement inputs) => Applies(inputs);

    public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) => Run(context, cancellationToken);

    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => Undo(context, cancellationToken);
}
