using Portal.Core.Storage;

namespace Portal.Core.Mapping.Comparison;

/// <summary>Keeps the last comparison; who begins one holds it, so that replicas take turns.</summary>
internal sealed class ComparisonStore(IDocumentStore documents, TimeProvider time)
{
    private const string Id = "last";
    private const int MaxTries = 20;

    /// <summary>How long one may take; another replica begins after it.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(20);

    public async Task<ComparisonReport> FindAsync(CancellationToken cancellationToken) =>
        (await documents.FindAsync(ComparisonReport.Type, Id, cancellationToken).ConfigureAwait(false))?.Value ?? new();

    /// <summary>Takes the turn; null when somebody else has it, or when it is not due.</summary>
    public async Task<ComparisonReport?> TakeAsync(Func<ComparisonReport, bool> isDue, CancellationToken cancellationToken)
    {
        var stored = await documents.FindAsync(ComparisonReport.Type, Id, cancellationToken).ConfigureAwait(false);
        var report = stored?.Value ?? new();
        var now = time.GetUtcNow();
        if (report.IsRunning(now) || !isDue(report))
        {
            return null;
        }

        var taken = report with { RunningSince = now, HeldUntil = now + Hold };
        try
        {
            await documents.PutAsync(ComparisonReport.Type, Id, taken, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
            return taken;
        }
        catch (StoreConflictException)
        {
            return null;
        }
    }

    public async Task<ComparisonReport> ChangeAsync(Func<ComparisonReport, ComparisonReport> change, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var stored = await documents.FindAsync(ComparisonReport.Type, Id, cancellationToken).ConfigureAwait(false);
            var changed = change(stored?.Value ?? new());
            try
            {
                await documents.PutAsync(ComparisonReport.Type, Id, changed, stored?.Version ?? 0, cancellationToken).ConfigureAwait(false);
                return changed;
            }
            catch (StoreConflictException) when (tries < MaxTries)
            {
                // Somebody else was first: look again.
            }
        }
    }
}
