using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Mapping;

/// <summary>A step's context in memory, whose journal can fail.</summary>
internal sealed class TestStepContext(IProvisioningStep step, MappingInputs inputs) : StepContext
{
    private PlanStep state = new() { Id = step.Id, Version = step.Version, Phase = step.Phase, DependsOn = [.. step.DependsOn] };

    /// <summary>Gets or sets what happens when an output is kept; a crash is thrown here.</summary>
    public Action<string>? Keeping { get; set; }

    public ImmutableArray<MadeObject> Made => state.Made;

    public override Plan Plan => new()
    {
        Id = "plan-1",
        Kind = MappingPlans.Kind,
        KindVersion = 1,
        Subject = MappingPlans.Subject(inputs.ProjectId),
        SubjectName = inputs.ProjectName,
        ProjectId = inputs.ProjectId,
        Region = TestScopes.Region,
        RequestedById = "u1",
        RequestedBy = "alice",
        Inputs = JsonSerializer.SerializeToElement(inputs, JsonSerializerOptions.Web),
        Steps = [state],
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public override PlanStep Step => state;

    public override Task KeepAsync(string name, string value, CancellationToken cancellationToken)
    {
        Keeping?.Invoke(name);
        state = state with { Outputs = state.Outputs.SetItem(name, value) };
        return Task.CompletedTask;
    }

    public override Task ReportAsync(Reason reason, ImmutableArray<MadeObject> made, CancellationToken cancellationToken)
    {
        state = state with { Reason = reason, Made = made };
        return Task.CompletedTask;
    }
}
