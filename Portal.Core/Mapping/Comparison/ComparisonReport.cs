using System.Collections.Immutable;
using System.Net;
using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Mapping.Comparison;

/// <summary>The last comparison, as it is kept: bounded, without secrets. A failed one leaves the result of the one before.</summary>
public sealed record ComparisonReport
{
    /// <summary>How many places are kept, those that differ first.</summary>
    public const int MaxPlaces = 2000;

    /// <summary>Gets the kind of document.</summary>
    internal static DocumentType<ComparisonReport> Type { get; } = new("mapping_comparison", 1, _ => []);

    /// <summary>Gets when the comparison began whose result this is (UTC), or null before the first.</summary>
    public DateTimeOffset? ComparedAt { get; init; }

    /// <summary>Gets how long it took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Gets who asked for it, or null when it was the hour's.</summary>
    public string? By { get; init; }

    /// <summary>Gets whether members, robots and secrets of every place were looked at.</summary>
    public bool IsClose { get; init; }

    /// <summary>Gets how many places are in each state.</summary>
    public ImmutableDictionary<PlaceState, int> Counts { get; init; } = ImmutableDictionary<PlaceState, int>.Empty;

    /// <summary>Gets the places, at most <see cref="MaxPlaces"/>.</summary>
    public ImmutableArray<ComparedPlace> Places { get; init; } = [];

    /// <summary>Gets why the last try failed, or null.</summary>
    public ComparisonFailure? Failure { get; init; }

    /// <summary>Gets since when one runs (UTC), or null.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>Gets until when nobody else begins one (UTC), or null.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Gets where the close looks of the hour's comparison go on.</summary>
    public string Cursor { get; init; } = "";

    /// <summary>Gets the repairs that were begun, by project.</summary>
    public ImmutableDictionary<string, PlaceRepairRun> Runs { get; init; } = ImmutableDictionary<string, PlaceRepairRun>.Empty;

    /// <summary>Gets how many places there are.</summary>
    public int Total => Counts.Values.Sum();

    /// <summary>Gets whether one runs at that time; one whose process died is over when its hold is.</summary>
    public bool IsRunning(DateTimeOffset now) => RunningSince is not null && HeldUntil > now;
}

/// <summary>Why a comparison failed: the backend's own words, no secret.</summary>
public sealed record ComparisonFailure(DateTimeOffset At, string Backend, string Operation, BackendFailure Failure, string? Answer, HttpStatusCode? Status, string? RequestId)
{
    /// <summary>Makes it of what happened.</summary>
    internal static ComparisonFailure Of(BackendException e, DateTimeOffset at) => new(at, e.Backend, e.Operation, e.Failure, e.Answer, e.Status, e.RequestId);

    /// <summary>Gives it as what happened.</summary>
    public BackendException ToException() => new(Backend, Operation, Failure, Answer, Status, RequestId);
}
