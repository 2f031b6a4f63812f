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
            var (survey, cursor) = await surveyor.SurveyAsync(closely, Again(taken), taken.Cursor, both.Token).ConfigureAwait(false);
            var places = new PlaceComparer(survey, tools).Compare().OrderBy(p => p.State).ThenBy(p => p.ProjectName ?? p.HarborProject, StringComparer.OrdinalIgnoreCase).ToList();
            return await store.ChangeAsync(
                r => r with
                {
                    ComparedAt = taken.RunningSince,
                    Took = Stopwatch.GetElapsedTime(clock),
                    By = by,
                    IsClose = closely,
                    Counts = places.GroupBy(p => p.State).ToImmutableDictionary(g => g.Key, g => g.Count()),
                    Places = [.. places.Take(ComparisonReport.MaxPlaces)],
                    Failure = null,
                    RunningSince = null,
                    HeldUntil = null,
                    Cursor = cursor,
                    Runs = r.Runs.RemoveRange(r.Runs.Where(run => run.Value.At < taken.RunningSince).Select(run => run.Key)),
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            return await store.ChangeAsync(r => r with { Failure = ComparisonFailure.Of(e, time.GetUtcNow()), RunningSince = null, HeldUntil = null }, CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            await store.ChangeAsync(r => r with { RunningSince = null, HeldUntil = null }, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    // What only a close look finds would seem mended when the next comparison did not look again.
    private static List<string> Again(ComparisonReport last) =>
        [.. last.Places.Where(p => p.State is PlaceState.Differs or PlaceState.Foreign).Select(p => p.ProjectId).Take(MaxAgain)];
}
