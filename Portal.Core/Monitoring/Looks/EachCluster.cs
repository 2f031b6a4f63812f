using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Looks;

/// <summary>Asks clusters side by side; one that fails or is slow is named, the others are complete.</summary>
internal static class EachCluster
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Asks.</summary>
    /// <param name="scope">In whose name; must be able to read.</param>
    /// <param name="question">Which clusters.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Asks one.</param>
    /// <param name="at">When something was.</param>
    /// <param name="most">How many of the youngest are given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<LookPart<T>> AskAsync<T>(
        Scope scope, LookQuestion question, TimeProvider time, Func<LookCluster, CancellationToken, Task<List<T>>> ask, Func<T, DateTimeOffset> at, int most, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var parts = await Task.WhenAll(question.Clusters.Select(c => OneAsync(c, time, ask, cancellationToken))).ConfigureAwait(false);
        var all = parts.SelectMany(p => p.Found).OrderByDescending(at).ToList();
        return new([.. all.Take(most)], all.Count, [.. parts.Select(p => p.Problem).OfType<LookProblem>()]);
    }

    private static async Task<(List<T> Found, LookProblem? Problem)> OneAsync<T>(LookCluster cluster, TimeProvider time, Func<LookCluster, CancellationToken, Task<List<T>>> ask, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return (await ask(cluster, either.Token).ConfigureAwait(false), null);
        }
        catch (BackendException e)
        {
            return ([], new(cluster.Name, e));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ([], new(cluster.Name, new BackendException("kubernetes", "look into a range", BackendFailure.Timeout)));
        }
    }
}

/// <summary>Reads objects of one namespace or of all.</summary>
internal static class ClusterReading
{
    /// <summary>Hands them on; those of all namespaces page by page.</summary>
    public static async Task ReadAsync(IKubernetesApi api, KubernetesResource resource, string? inNamespace, Action<IEnumerable<JsonObject>> take, CancellationToken cancellationToken)
    {
        if (inNamespace is null)
        {
            await api.ReadAsync(resource, take, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            take(await api.ListAsync(resource, inNamespace, cancellationToken).ConfigureAwait(false));
        }
    }
}
