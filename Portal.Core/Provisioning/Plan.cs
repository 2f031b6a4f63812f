using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Core.Backends;

namespace Portal.Core.Provisioning;

/// <summary>State of a plan. Words in ui.md §4.</summary>
public enum PlanState
{
    /// <summary>Goes on by itself.</summary>
    Running,

    /// <summary>Stopped at a step that needs a person.</summary>
    NeedsSomeone,

    /// <summary>All steps are done.</summary>
    Done,

    /// <summary>Cannot go on.</summary>
    Failed,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,

    /// <summary>Its steps are being undone.</summary>
    BeingUndone,

    /// <summary>Its steps were undone.</summary>
    Undone,
}

/// <summary>State of a step.</summary>
public enum StepState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>Runs now, or looks again at <see cref="PlanStep.RetryAt"/> whether what it waits for has happened.</summary>
    Running,

    /// <summary>Failed, tries again by itself at <see cref="PlanStep.RetryAt"/>.</summary>
    Retrying,

    /// <summary>Waits for a person.</summary>
    NeedsSomeone,

    /// <summary>Done and verified.</summary>
    Done,

    /// <summary>Failed for good.</summary>
    Failed,

    /// <summary>Not needed here.</summary>
    Skipped,

    /// <summary>Was undone.</summary>
    Undone,

    /// <summary>Was cancelled before it ended.</summary>
    Cancelled,
}

/// <summary>A reason as it is kept: code and arguments, never a sentence; the page makes the sentence from its texts.</summary>
/// <param name="Code">Stable code, key of a text: <c>magnum.creating</c>, <c>preflight.image-missing</c>, <c>backend.throttled</c>.</param>
/// <param name="Arguments">Named values of the sentence (no secrets).</param>
public sealed record Reason(string Code, ImmutableDictionary<string, string> Arguments)
{
    /// <summary>Makes a reason from name and value pairs.</summary>
    public static Reason Of(string code, params (string Name, string Value)[] arguments) =>
        new(code, arguments.ToImmutableDictionary(a => a.Name, a => a.Value));
}

/// <summary>Who has to act.</summary>
public enum Actor
{
    /// <summary>Nobody: it heals or goes on by itself.</summary>
    Nobody,

    /// <summary>The person who asked, or another member of the project.</summary>
    Project,

    /// <summary>The platform team.</summary>
    Platform,
}

/// <summary>One attempt at a step.</summary>
/// <param name="Number">1, 2, …</param>
/// <param name="StartedAt">When it began (UTC).</param>
/// <param name="EndedAt">When it ended, or null while it runs (or the process died in it).</param>
/// <param name="Reason">Why it failed, or null.</param>
/// <param name="Undo">Whether it was an attempt to undo the step.</param>
public sealed record StepAttempt(int Number, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, Reason? Reason, bool Undo = false);

/// <summary>Something a step made, shown under "made so far".</summary>
/// <param name="Kind">The backend's word: <c>StatefulSet</c>, <c>Harbor project</c>, …</param>
/// <param name="Name">Its name, with namespace where it has one.</param>
/// <param name="Ready">Whether it is ready by its own measure.</param>
public sealed record MadeObject(string Kind, string Name, bool Ready);

/// <summary>A step of a plan as the journal has it.</summary>
public sealed record PlanStep
{
    /// <summary>Gets the stable id of the step's kind, such as <c>cluster.wait-magnum</c>; key of its texts.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the version of the step's kind that the plan was made with.</summary>
    public required int Version { get; init; }

    /// <summary>Gets the phase it is shown in: <c>cluster</c>, <c>access</c>, <c>network</c>, <c>monitoring</c>, <c>proof</c>, …</summary>
    public required string Phase { get; init; }

    /// <summary>Gets the ids of the steps it waits for.</summary>
    public required ImmutableArray<string> DependsOn { get; init; }

    /// <summary>Gets the state.</summary>
    public StepState State { get; init; }

    /// <summary>Gets why it is in this state, or what it does right now.</summary>
    public Reason? Reason { get; init; }

    /// <summary>Gets who has to act.</summary>
    public Actor Actor { get; init; }

    /// <summary>Gets when the state was entered (UTC).</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Gets when it was first started (UTC).</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets when it ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets when it tries again, or looks again (UTC).</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Gets the attempts, newest last, at most 20 kept.</summary>
    public ImmutableArray<StepAttempt> Attempts { get; init; } = [];

    /// <summary>Gets the number of the last attempt that it makes by itself; moves on when a person lets it run again.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Gets what it made.</summary>
    public ImmutableArray<MadeObject> Made { get; init; } = [];

    /// <summary>Gets what the step keeps for itself and for later steps (no secrets in clear).</summary>
    public ImmutableDictionary<string, string> Outputs { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>A change that takes longer than a request: steps with dependencies, kept before and after each.</summary>
public sealed record Plan
{
    /// <summary>Gets the id.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the kind: <c>cluster-initialisation</c>, <c>project-mapping</c>, <c>cluster-delete</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>Gets the version of the kind.</summary>
    public required int KindVersion { get; init; }

    /// <summary>Gets what it changes, the key of the lock: <c>cluster/UUID</c>, <c>mapping/PROJECT</c>. One plan runs per subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Gets the subject's name for people.</summary>
    public required string SubjectName { get; init; }

    /// <summary>Gets the project it belongs to; who may see it.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets cloud and region.</summary>
    public required CloudRegion Region { get; init; }

    /// <summary>Gets the Keystone user id of who asked.</summary>
    public required string RequestedById { get; init; }

    /// <summary>Gets the name of who asked.</summary>
    public required string RequestedBy { get; init; }

    /// <summary>Gets the inputs, frozen when the plan was made.</summary>
    public required JsonElement Inputs { get; init; }

    /// <summary>Gets the steps in the order they are shown.</summary>
    public required ImmutableArray<PlanStep> Steps { get; init; }

    /// <summary>Gets the state.</summary>
    public PlanState State { get; init; }

    /// <summary>Gets when it was made (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when it ended (UTC).</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets whether somebody asked to cancel it.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Gets whether its steps are to be undone after that.</summary>
    public bool UndoRequested { get; init; }

    /// <summary>Gets when undoing began (UTC), or null while the plan goes forward.</summary>
    public DateTimeOffset? UndoStartedAt { get; init; }

    /// <summary>Gets the id of the engine that runs it; another engine's next write to the journal then fails.</summary>
    public string? Runner { get; init; }

    /// <summary>Gets how often it was begun again after it had ended (a failed plan retried, a cancelled one undone).</summary>
    public int Round { get; init; }

    /// <summary>Gets how long plans of this kind usually take (median of the ended ones), or null.</summary>
    public TimeSpan? Usual { get; init; }

    /// <summary>Gets whether it is over: nothing runs, its subject is free.</summary>
    [JsonIgnore]
    public bool IsEnded => EndedAt is not null;
}
