using System.Collections.Concurrent;
using Portal.Core.Backends;
using Portal.Core.Clusters.Compute;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Clusters.Networking;

namespace Portal.Core.Clusters.Creation;

/// <summary>Reads the project's quotas from five backends at once.</summary>
internal sealed class ProjectRoomReader(IMagnumClient magnum, INovaClient nova, ICinderClient cinder, INeutronClient neutron, IOctaviaClient octavia)
{
    /// <summary>Reads what can be read; a backend that does not answer is named.</summary>
    public async Task<ProjectRoom> ReadAsync(Scope scope, CancellationToken cancellationToken)
    {
        var missing = new ConcurrentBag<ClusterProblem>();
        var parts = await Task.WhenAll(
            PartAsync(missing, async () => [await magnum.GetClusterQuotaAsync(scope, cancellationToken).ConfigureAwait(false)]),
            PartAsync(missing, () => nova.ListQuotasAsync(scope, cancellationToken)),
            PartAsync(missing, () => cinder.ListQuotasAsync(scope, cancellationToken)),
            PartAsync(missing, () => neutron.ListQuotasAsync(scope, cancellationToken)),
            PartAsync(missing, () => octavia.ListQuotasAsync(scope, cancellationToken))).ConfigureAwait(false);
        return new ProjectRoom([.. parts.SelectMany(p => p)], [.. missing.OrderBy(m => m.Backend, StringComparer.Ordinal)]);
    }

    /// <summary>Reads the quotas of one backend.</summary>
    /// <exception cref="BackendException">It failed.</exception>
    public Task<IReadOnlyList<ProjectQuota>> ReadAsync(Scope scope, string backend, CancellationToken cancellationToken) => backend switch
    {
        "nova" => nova.ListQuotasAsync(scope, cancellationToken),
        "cinder" => cinder.ListQuotasAsync(scope, cancellationToken),
        "neutron" => neutron.ListQuotasAsync(scope, cancellationToken),
        "octavia" => octavia.ListQuotasAsync(scope, cancellationToken),
        _ => throw new ArgumentException($"No quotas of {backend}.", nameof(backend)),
    };

    private static async Task<IReadOnlyList<ProjectQuota>> PartAsync(ConcurrentBag<ClusterProblem> missing, Func<Task<IReadOnlyList<ProjectQuota>>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (BackendException e)
        {
            missing.Add(ClusterProblem.Of(e));
            return [];
        }
    }
}
