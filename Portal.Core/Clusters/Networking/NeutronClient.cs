using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Networking;

/// <summary>Speaks with Neutron.</summary>
internal sealed class NeutronClient(BackendHttp http) : INeutronClient
{
    private static readonly (string Resource, string Name)[] Counted =
    [
        ("floating-ips", "floatingip"), ("networks", "network"), ("routers", "router"), ("security-groups", "security_group"),
    ];

    public async Task<IReadOnlyList<Network>> ListNetworksAsync(Scope scope, CancellationToken cancellationToken)
    {
        var page = await http.GetAsync<NetworkPage>(Call(scope, "list networks", "networks"), cancellationToken).ConfigureAwait(false);
        return [.. page.Networks
            .Select(n => new Network(n.Id, n.Name ?? "", n.External ?? false, n.Shared ?? false, n.Subnets ?? []))
            .OrderBy(n => n.Name, StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<Port>> ListPortsAsync(Scope scope, string subnetId, CancellationToken cancellationToken)
    {
        if (subnetId.Length == 0)
        {
            return [];
        }

        var call = Call(scope, "list ports", "ports") with { Query = [("fixed_ips", "subnet_id=" + subnetId), ("limit", "50")] };
        var page = await http.GetAsync<PortPage>(call, cancellationToken).ConfigureAwait(false);
        return [.. page.Ports.Select(p => new Port(p.Id, p.Name ?? "", p.DeviceOwner ?? "", p.DeviceId ?? ""))];
    }

    public async Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken)
    {
        var call = Call(scope, "read network quotas", $"quotas/{Uri.EscapeDataString(scope.ProjectId)}/details.json");
        var quota = (await http.GetAsync<QuotaEnvelope>(call, cancellationToken).ConfigureAwait(false)).Quota;
        return [.. Counted
            .Where(c => quota.ContainsKey(c.Name))
            .Select(c => new ProjectQuota(c.Resource, quota[c.Name].Used + quota[c.Name].Reserved, quota[c.Name].Limit < 0 ? null : quota[c.Name].Limit, "count"))];
    }

    private static BackendCall Call(Scope scope, string operation, string path) => new()
    {
        Backend = "neutron",
        Operation = operation,
        Scope = scope,
        ServiceType = "network",
        Version = "v2.0",
        Path = path,
    };

    private sealed record NetworkPage(IReadOnlyList<NetworkBody> Networks);

    private sealed record NetworkBody(
        string Id, string? Name, [property: JsonPropertyName("router:external")] bool? External, bool? Shared, ImmutableArray<string>? Subnets);

    private sealed record PortPage(IReadOnlyList<PortBody> Ports);

    private sealed record PortBody(string Id, string? Name, string? DeviceOwner, string? DeviceId);

    private sealed record QuotaEnvelope(Dictionary<string, QuotaBody> Quota);

    private sealed record QuotaBody(long Limit, long Used, long Reserved);
}
