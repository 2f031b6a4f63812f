using System.Collections.Concurrent;
using Portal.Core.Backends;
using Portal.Core.Provisioning;

namespace Portal.Tests.Provisioning;

/// <summary>An observer that writes down what it is told.</summary>
internal sealed class PlanWitness : IPlanObserver
{
    public ConcurrentQueue<string> Acts { get; } = new();

    public bool Fails { get; init; }

    /// <summary>Gets what happens while it is told of an end.</summary>
    public Func<Plan, Task> OnEnd { get; set; } = _ => Task.CompletedTask;

    public Task ActedAsync(Scope scope, PlanAction action, string subject, Plan? plan, string result, CancellationToken cancellationToken) => TellAsync($"{action} {result}");

    public async Task EndedAsync(Plan plan, CancellationToken cancellationToken)
    {
        await OnEnd(plan);
        await TellAsync($"ended {plan.State}");
    }

    private Task TellAsync(string act)
    {
        Acts.Enqueue(act);
        return Fails ? throw new InvalidOperationException("observer") : Task.CompletedTask;
    }
}
