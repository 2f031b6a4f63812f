using System.Text.Json;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Networking;

/// <summary>Speaks with Octavia.</summary>
internal sealed class OctaviaClient(BackendHttp http) : IOctaviaClient
{
    // Newer releases say load_balancer, older ones loadbalancer; null and -1 both mean no limit.
    private static readonly string[] LimitNames = ["load_balancer", "loadbalancer"];

    public async Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken)
    {
        var quotas = http.GetAsync<QuotaEnvelope>(Call(scope, "read load balancer quotas", "lbaas/quotas/" + Uri.EscapeDataString(scope.ProjectId)), cancellationToken);
        var used = http.GetAsync<LoadBalancerPage>(
            Call(scope, "list load balancers", "lbaas/loadbalancers") with { Query = [("project_id", scope.ProjectId), ("fields", "id")] }, cancellationToken);
        await Task.WhenAll(quotas, used).ConfigureAwait(false);
        var quota = (await quotas.ConfigureAwait(false)).Quota;
        var limit = LimitNames
            .Select(name => quota.TryGetValue(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetInt64() : (long?)null)
            .FirstOrDefault(value => value is not null);
        return [new ProjectQuota("load-balancers", (await used.ConfigureAwait(false)).Loadbalancers.Count, limit is >= 0 ? limit : null, "count")];
    }

    public async Task<IReadOnlyList<LoadBalancer>> ListLoadBalancersAsync(Scope scope, CancellationToken cancellationToken)
    {
        var call = Call(scope, "list load balancers", "lbaas/loadbalancers") with { Query = [("project_id", scope.ProjectId)] };
        var page = await http.GetAsync<LoadBalancerPage>(call, cancellationToken).ConfigureAwait(false);
        return [.. page.Loadbalancers.Select(l => new LoadBalancer(l.Id, l.Name ?? "", l.Description ?? "", l.ProvisioningStatus ?? ""))];
    }

    private static BackendCall Call(Scope scope, string operation, string path) => new()
    {
        Backend = "octavia",
        Operation = operation,
        Scope = scope,
        ServiceType = "load-balancer",
        Version = "v2.0",
        Path = path,
    };

    private sealed record QuotaEnvelope(Dictionary<string, JsonElement> Quota);

    private sealed record LoadBalancerPage(IReadOnlyList<LoadBalancerBody> Loadbalancers);

    private sealed record LoadBalancerBody(string Id, string? Name, string? Description, string? ProvisioningStatus);
}
