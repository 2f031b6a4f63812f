using System.Collections.Immutable;
using System.Globalization;
using Portal.Core.Clusters.Creation;
using Portal.Core.Clusters.Heat;
using Portal.Core.Clusters.Networking;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters.Explanations;

/// <summary>What one more look makes of an explanation: the numbers of a quota, the name of what is left over, whether the API answers.</summary>
internal sealed class Refinements(
    IHeatClient heat, INeutronClient neutron, IOctaviaClient octavia, ProjectRoomReader room, CreatorReader creators, ApiAnswers api)
{
    /// <summary>Looks once more, where that says more. <paramref name="parts"/> notes what could not be read.</summary>
    public Task<Explanation> RefineAsync(Explanation found, StuckFacts facts, EvidenceParts parts) => found.RuleId switch
    {
        "quota" => QuotaAsync(found, facts, parts),
        "load-balancer" or "load-balancer-busy" or "load-balancer-silent" or "waits-load-balancer" => LoadBalancerAsync(found, facts, parts),
        "delete-blocked-load-balancer" => LeftLoadBalancersAsync(found, facts, parts),
        "delete-blocked-port" => LeftPortsAsync(found, facts, parts),
        "trust" => CreatorAsync(found, facts, parts),
        "nodes-silent" or "timed-out-at" or "timed-out" or "waits-nodes" or "waits-at" => NodesAsync(found, facts, parts),
        "no-stack" => FullQuotaAsync(found, facts, parts),
        _ => Task.FromResult(found),
    };

    private async Task<Explanation> QuotaAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var word = found.Reason.Arguments.GetValueOrDefault("resource", "").Replace("_", " ", StringComparison.Ordinal).ToLowerInvariant();
        var (backend, resource) = word switch
        {
            "server groups" => ("nova", "server-groups"),
            "floatingip" => ("neutron", "floating-ips"),
            "network" => ("neutron", "networks"),
            "router" => ("neutron", "routers"),
            "security group" => ("neutron", "security-groups"),
            "load balancer" or "loadbalancer" => ("octavia", "load-balancers"),
            "volume" or "volumes" => ("cinder", "volumes"),
            _ => ("", ""),
        };
        var quotas = backend.Length == 0 ? null : await parts.ReadAsync(backend, ended => room.ReadAsync(facts.Scope, backend, ended)!).ConfigureAwait(false);
        return quotas?.FirstOrDefault(q => q.Resource == resource) is { Limit: { } limit } quota
            ? found with
            {
                // By now there may be room again.
                Reason = quota.Used < limit ? found.Reason : Reason.Of("cluster.why.quota-full", ("resource", found.Reason.Arguments["resource"]), ("used", Text(quota.Used)), ("limit", Text(limit))),
                Lines = [.. found.Lines, new(backend, "quota", $"{resource}: {quota.Used} of {limit} in use", null)],
            }
            : found;
    }

    private async Task<Explanation> LoadBalancerAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var id = found.Resource is { Type: var type, PhysicalId: { Length: > 0 } own } && type.EndsWith("LoadBalancer", StringComparison.Ordinal) ? own : found.Reason.Arguments.GetValueOrDefault("name", "");
        var all = await parts.ReadAsync("octavia", ended => octavia.ListLoadBalancersAsync(facts.Scope, ended)!).ConfigureAwait(false) ?? [];
        return all.FirstOrDefault(l => l.Id == id) is { } balancer
            ? found with
            {
                Lines = [.. found.Lines, new("octavia", balancer.Name, $"provisioning_status: {balancer.Status}", null)],
            }
            : found;
    }

    private async Task<Explanation> LeftLoadBalancersAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var all = await parts.ReadAsync("octavia", ended => octavia.ListLoadBalancersAsync(facts.Scope, ended)!).ConfigureAwait(false) ?? [];
        var left = all.Where(l => l.Description.Contains(facts.Cluster.Id, StringComparison.Ordinal) || l.Name.Contains(facts.Cluster.Id, StringComparison.Ordinal) || found.Evidence.Contains(l.Id, StringComparison.Ordinal)).ToList();
        return Named(found, "octavia", [.. left.Select(l => (l.Name.Length > 0 ? l.Name : l.Id, $"provisioning_status: {l.Status}, {l.Description}"))]);
    }

    private async Task<Explanation> LeftPortsAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var ports = await parts.ReadAsync("neutron", ended => neutron.ListPortsAsync(facts.Scope, found.Resource?.PhysicalId ?? "", ended)!).ConfigureAwait(false) ?? [];
        return Named(found, "neutron", [.. ports.Select(p => (p.Name.Length > 0 ? p.Name : p.Id, $"device_owner: {p.DeviceOwner}, device_id: {p.DeviceId}"))]);
    }

    private static Explanation Named(Explanation found, string backend, ImmutableArray<(string Name, string Text)> left) => left.IsEmpty
        ? found
        : found with
        {
            Reason = Reason.Of(found.Reason.Code + "-named", ("name", left[0].Name), ("count", Text(left.Length))),
            Lines = [.. found.Lines, .. left.Take(10).Select(l => new EvidenceLine(backend, l.Name, l.Text, null))],
        };

    private async Task<Explanation> CreatorAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var state = await parts.ReadAsync("keystone", ended => creators.ReadAsync(facts.Scope, facts.Cluster.UserId, ended)!).ConfigureAwait(false);
        if (state is null or "enabled")
        {
            return found;
        }

        return ExplanationRules.Get("creator-gone").Tell([("state", state)], found.Evidence, found.Resource) with
        {
            Lines = [.. found.Lines, new("keystone", "user " + facts.Cluster.UserId, state, null)],
        };
    }

    private async Task<Explanation> NodesAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        if (facts.Stack is not { } stack)
        {
            return found;
        }

        var servers = await parts.ReadAsync("heat", ended => heat.ListNestedAsync(facts.Scope, stack, null, "OS::Nova::Server", ended)!).ConfigureAwait(false) ?? [];
        var lines = found.Lines.AddRange(servers.Take(5).Select(s => new EvidenceLine("heat", $"{s.LogicalId} · {s.Type}", s.Status, s.UpdatedAt)));
        var past = facts.Lateness.IsPastTimeout || facts.Cluster.Status is ClusterStatus.CreateFailed;
        if (past && stack.ApiAddress is { Length: > 0 } address && await parts.ReadAsync("kubernetes", ended => api.AnswersAsync(facts.Scope, facts.Cluster, address, ended)!).ConfigureAwait(false) is { } said)
        {
            return ExplanationRules.Get("late-but-answers").Tell([("address", said), ("minutes", Text((long)(facts.Cluster.CreateTimeout ?? TimeSpan.Zero).TotalMinutes))], found.Evidence, found.Resource) with
            {
                Since = found.Since,
                Lines = lines.Add(new("kubernetes", said, "the API answers, with a certificate of the cluster's CA", null)),
            };
        }

        return found with { Lines = lines };
    }

    // A driver for the Cluster API leaves a cluster that hits a quota in progress for ever.
    private async Task<Explanation> FullQuotaAsync(Explanation found, StuckFacts facts, EvidenceParts parts)
    {
        var project = await parts.ReadAsync("room", ended => room.ReadAsync(facts.Scope, ended)!).ConfigureAwait(false);
        return project?.Quotas.FirstOrDefault(q => q is { Limit: > 0, Left: 0, Resource: not "clusters" }) is { } full
            ? ExplanationRules.Get("no-stack-full").Tell([("status", facts.Cluster.StatusText), ("resource", full.Resource), ("used", Text(full.Used)), ("limit", Text(full.Limit!.Value))], found.Evidence, null) with
            {
                Lines = [.. found.Lines, new("quota", full.Resource, $"{full.Used} of {full.Limit} in use", null)],
            }
            : found;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
