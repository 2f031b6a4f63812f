using System.Collections.Immutable;
using System.Text.Json;
using Portal.Core.Backends;
using Portal.Core.Live;

namespace Portal.Core.Provisioning;

/// <summary>A kind of step: idempotent ("look, act, verify"), with its undo. Stateless; one instance per process.</summary>
public interface IProvisioningStep
{
    /// <summary>Gets the stable id: <c>cluster.bootstrap</c>.</summary>
    string Id { get; }

    /// <summary>Gets the version; an older plan's step is run by the newest code that still takes its version.</summary>
    int Version { get; }

    /// <summary>Gets the oldest version whose plans this code still takes.</summary>
    int OldestVersion => 1;

    /// <summary>Gets the kind of plan it belongs to.</summary>
    string PlanKind { get; }

    /// <summary>Gets the phase it is shown in.</summary>
    string Phase { get; }

    /// <summary>Gets the ids of steps that must be done before. Steps that the plan leaves out do not count.</summary>
    IReadOnlyList<string> DependsOn { get; }

    /// <summary>Gets how often it is tried before a person is asked.</summary>
    int MaxAttempts => 8;

    /// <summary>Gets how long one attempt may take.</summary>
    TimeSpan Timeout => TimeSpan.FromMinutes(10);

    /// <summary>Gets whether a plan with these inputs has this step.</summary>
    bool AppliesTo(JsonElement inputs) => true;

    /// <summary>Looks, acts, verifies. Run again after any crash, so it must find what an earlier run made.</summary>
    /// <exception cref="BackendException">A backend failed; retried when it may heal.</exception>
    /// <exception cref="StepFailedException">A person must act, or nothing can be done.</exception>
    Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>Takes back what it made; never deletes a volume claim. Idempotent.</summary>
    Task UndoAsync(StepContext context, CancellationToken cancellationToken);
}

/// <summary>How an attempt ended.</summary>
/// <param name="State"><see cref="StepState.Done"/>, <see cref="StepState.Skipped"/> or <see cref="StepState.Waiting"/> (not yet; look again after <paramref name="LookAgainIn"/>, no attempt is counted).</param>
/// <param name="Reason">What it waits for, or why it was skipped.</param>
/// <param name="LookAgainIn">When to look again while waiting.</param>
public sealed record StepResult(StepState State, Reason? Reason = null, TimeSpan? LookAgainIn = null)
{
    /// <summary>Done and verified.</summary>
    public static StepResult Done { get; } = new(StepState.Done);

    /// <summary>Not yet: shows <paramref name="reason"/> and looks again.</summary>
    public static StepResult NotYet(Reason reason, TimeSpan lookAgainIn) => new(StepState.Waiting, reason, lookAgainIn);

    /// <summary>Not needed here.</summary>
    public static StepResult Skipped(Reason reason) => new(StepState.Skipped, reason);
}

/// <summary>A step cannot go on by itself.</summary>
public sealed class StepFailedException(Reason reason, Actor actor, bool final = false, Exception? inner = null) : Exception(reason.Code, inner)
{
    /// <summary>Gets why.</summary>
    public Reason Reason { get; } = reason;

    /// <summary>Gets who has to act.</summary>
    public Actor Actor { get; } = actor;

    /// <summary>Gets whether the plan fails for good instead of waiting for that person.</summary>
    public bool Final { get; } = final;
}

/// <summary>What a step is given, and where it writes what it learns.</summary>
public abstract class StepContext
{
    /// <summary>Gets the plan as it is in the journal now.</summary>
    public abstract Plan Plan { get; }

    /// <summary>Gets this step as it is in the journal now.</summary>
    public abstract PlanStep Step { get; }

    /// <summary>Gets the frozen inputs.</summary>
    public T Inputs<T>() => Plan.Inputs.Deserialize<T>(JsonSerializerOptions.Web)!;

    /// <summary>Gets an output of an earlier step (or of this one's earlier attempt), or null.</summary>
    public string? Output(string stepId, string name) =>
        Plan.Steps.FirstOrDefault(s => s.Id == stepId)?.Outputs.GetValueOrDefault(name);

    /// <summary>Keeps an output now, before the step goes on (an intent, the id of what was made).</summary>
    public abstract Task KeepAsync(string name, string value, CancellationToken cancellationToken);

    /// <summary>Says what the step does right now, and what it has made so far.</summary>
    public abstract Task ReportAsync(Reason reason, ImmutableArray<MadeObject> made, CancellationToken cancellationToken);
}

/// <summary>What a new plan is made of.</summary>
public sealed record PlanRequest(string Kind, string Subject, string SubjectName, JsonElement Inputs);

/// <summary>Plans as pages and features see them. Checks project and capability.</summary>
public interface IPlanService
{
    /// <summary>Makes a plan and starts it; needs <see cref="Capability.Write"/>. When the subject's lock is held by a running plan of the same kind and inputs, gives that one.</summary>
    /// <exception cref="SubjectLockedException">Another plan changes the subject.</exception>
    Task<Plan> StartAsync(Scope scope, PlanRequest request, CancellationToken cancellationToken);

    /// <summary>Gives a plan of the scope's project, or null.</summary>
    Task<Plan?> FindAsync(Scope scope, string planId, CancellationToken cancellationToken);

    /// <summary>Lists the project's plans, newest first; of one subject when it is given.</summary>
    Task<IReadOnlyList<Plan>> ListAsync(Scope scope, string? subject, CancellationToken cancellationToken);

    /// <summary>Gives the plan that holds the subject's lock, or null.</summary>
    Task<Plan?> FindRunningAsync(Scope scope, string subject, CancellationToken cancellationToken);

    /// <summary>Gives the plan again after each change. Endless until cancelled.</summary>
    IAsyncEnumerable<Plan> WatchAsync(Scope scope, string planId, CancellationToken cancellationToken);

    /// <summary>Follows all plans of the project.</summary>
    Task<LiveSnapshot<Plan>> WatchAllAsync(Scope scope, CancellationToken cancellationToken);

    /// <summary>Lets a step that waits, retries, needs someone or failed run now; needs <see cref="Capability.Write"/>.</summary>
    Task RetryAsync(Scope scope, string planId, string stepId, CancellationToken cancellationToken);

    /// <summary>Stops the plan after what runs now; with <paramref name="undo"/> its done steps are undone, last first; needs <see cref="Capability.Write"/>.</summary>
    Task CancelAsync(Scope scope, string planId, bool undo, CancellationToken cancellationToken);
}

/// <summary>Another plan changes this subject now.</summary>
public sealed class SubjectLockedException(Plan holder) : Exception($"{holder.Subject} is held by plan {holder.Id}.")
{
    /// <summary>Gets the plan that holds the lock.</summary>
    public Plan Holder { get; } = holder;
}

/// <summary>Runs work by key, one at a time per key, now or at a time; in-process by default, across replicas with Orleans.</summary>
public interface IWorkRunner
{
    /// <summary>Registers what runs for keys that begin with <paramref name="prefix"/>.</summary>
    void Handle(string prefix, Func<string, CancellationToken, Task> work);

    /// <summary>Runs the key's work as soon as possible; while it runs already, once more after it.</summary>
    Task RunAsync(string key, CancellationToken cancellationToken);

    /// <summary>Runs the key's work at that time; an earlier time wins.</summary>
    Task RunAtAsync(string key, DateTimeOffset at, CancellationToken cancellationToken);
}
