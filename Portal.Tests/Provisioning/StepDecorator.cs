using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Provisioning;

namespace Portal.Tests.Provisioning;

/// <summary>A step of the product with a test's hand around it.</summary>
internal abstract class StepDecorator(IProvisioningStep step) : IProvisioningStep
{
    public string Id => step.Id;

    public int Version => step.Version;

    public int OldestVersion => step.OldestVersion;

    public string PlanKind => step.PlanKind;

    public string Phase => step.Phase;

    public IReadOnlyList<string> DependsOn => step.DependsOn;

    public int MaxAttempts => step.MaxAttempts;

    public TimeSpan Timeout => step.Timeout;

    protected IProvisioningStep Inner => step;

    /// <summary>Puts a hand around every step that is registered.</summary>
    public static void Decorate(IServiceCollection services, Func<IProvisioningStep, IProvisioningStep> around)
    {
        foreach (var step in services.Where(d => d.ServiceType == typeof(IProvisioningStep)).ToList())
        {
            services.Remove(step);
            services.AddSingleton(s => around((IProvisioningStep)(step.ImplementationFactory?.Invoke(s) ?? ActivatorUtilities.CreateInstance(s, step.ImplementationType!))));
        }
    }

    public bool AppliesTo(JsonElement inputs) => step.AppliesTo(inputs);

    public abstract Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken);

    public Task UndoAsync(StepContext context, CancellationToken cancellationToken) => step.UndoAsync(context, cancellationToken);
}

/// <summary>Counts by plan how many of its steps have begun.</summary>
internal sealed class CountedStep(IProvisioningStep step, ConcurrentDictionary<string, int> begun) : StepDecorator(step)
{
    private readonly ConcurrentDictionary<string, bool> seen = new();

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (seen.TryAdd(context.Plan.Id, true))
        {
            begun.AddOrUpdate(context.Plan.Id, 1, (_, n) => n + 1);
        }

        return Inner.RunAsync(context, cancellationToken);
    }
}

/// <summary>Runs an act after a step has run once, before its result is written.</summary>
internal sealed class HookedStep(IProvisioningStep step, Func<IProvisioningStep, StepContext, Task> after) : StepDecorator(step)
{
    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var result = await Inner.RunAsync(context, cancellationToken);
        await after(Inner, context);
        return result;
    }
}
