using System.Collections.Immutable;
using System.Diagnostics;
using Portal.Core.Backends;
using Portal.Core.Mapping.Steps;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Runs one comparison when it is its turn, and keeps what came of it; a failed one leaves the last result.</summary>
internal sealed class ComparisonRunner(Surveyor surveyor, MappingTools tools, ComparisonStore store, TimeProvider time)
{
    /// <summary>How many places with a difference are looked at closely again without being asked.</summary>
    public const int MaxAgain = 50;

    /// <summary>Compares; null when somebody else does, or when it is not due.</summary>
    public async Task<ComparisonReport?> RunAsync(bool closely, string? by, Func<ComparisonReport, bool> isDue, CancellationToken cancellationToken)
    {
        if (await store.TakeAsync(isDue, cancellationToken).ConfigureAwait(false) is not { } taken)
        {
            return null;
        }

        // Over before another replica may begin.
        using var patience = new CancellationTokenSource(ComparisonStore.Hold, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var clock = Stopwatch.GetTimestamp();
        try
        {
            var (survey, cursor) = await surveyor.SurveyAsync(closely, Last(taken), both.Token).ConfigureAwait(false);
            var places = new PlaceComparer(survey, tools).Compare().OrderBy(p => p.State).ThenBy(p => p.State is PlaceState.InSync && p.Differences.IsEmpty).ThenBy(p => p.ProjectName ?? p.HarborProject, StringComparer.OrdinalIgnoreCase).ToList();
            var result = Result(taken, places) with { Took = Stopwatch.GetElapsedTime(clock), By = by, IsClose = closely, Cursor = cursor };
            return await store.ChangeAsync(
                r => result with { Runs = r.Runs.RemoveRange(r.Runs.Where(run => run.Value.At < taken.RunningSince).Select(run => run.Key)) }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            return await store.ChangeAsync(r => Given(r, taken) with { Failure = ComparisonFailure.Of(e, time.GetUtcNow()) }, CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            await store.ChangeAsync(r => Given(r, taken), CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    private static ComparisonReport Result(ComparisonReport taken, List<ComparedPlace> places) => new()
    {
        ComparedAt = taken.RunningSince,
        Counts = places.GroupBy(p => p.State).ToImmutableDictionary(g => g.Key, g => g.Count()),
        Places = [.. places.Take(ComparisonReport.MaxPlaces)],
    };

    // The turn is given back, unless it was over and is somebody else's.
    private static ComparisonReport Given(ComparisonReport report, ComparisonReport taken) =>
        report.RunningSince == taken.RunningSince ? report with { RunningSince = null, HeldUntil = null } : report;

    // What only a close look finds would seem mended when the next comparison did not look again.
    private static LastLook Last(ComparisonReport last) => new(
        [.. last.Places.Where(p => p.State is PlaceState.Differs or PlaceState.Foreign).Select(p => p.ProjectId).Take(MaxAgain)],
        [.. last.Places.Where(p => p.Differences.Any(d => d.Code == "mapping.diff.limit")).Select(p => p.ProjectId).Take(MaxAgain)],
        last.Cursor);
}
