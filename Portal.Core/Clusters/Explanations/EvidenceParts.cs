using System.Collections.Immutable;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Explanations;

/// <summary>Reads parts of evidence one after the other; a backend that fails or is too slow is noted, and not asked again.</summary>
internal sealed class EvidenceParts(CancellationToken cancellationToken)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly List<ClusterProblem> missing = [];

    /// <summary>Gets what could not be read.</summary>
    public ImmutableArray<ClusterProblem> Missing => [.. missing];

    /// <summary>Reads a part; null when it is not there or could not be read.</summary>
    public async Task<T?> ReadAsync<T>(string backend, Func<CancellationToken, Task<T?>> read)
        where T : class
    {
        if (missing.Exists(m => m.Backend == backend))
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await read(limit.Token).ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            missing.Add(ClusterProblem.Of(e));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            missing.Add(new ClusterProblem(backend, BackendFailure.Timeout, null, null));
        }

        return null;
    }
}
