using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Registry.Harbor;
using Portal.Sandbox.Hosting;

namespace Portal.Tests.Provisioning;

/// <summary>What an initialisation leaves behind: every object in the cluster and in Harbor with what was wished of it, without what chance decides.</summary>
internal sealed class KillWorld(SandboxHost sandbox, IServiceProvider portal, Scope scope, string clusterId)
{
    private static readonly string[] Kinds =
    [
        "v1 Namespace", "v1 ServiceAccount", "v1 ConfigMap", "v1 Service", "v1 LimitRange", "v1 ResourceQuota", "v1 Secret", "v1 PersistentVolumeClaim",
        "apps/v1 Deployment", "apps/v1 DaemonSet", "apps/v1 StatefulSet", "batch/v1 Job", "networking.k8s.io/v1 NetworkPolicy",
        "rbac.authorization.k8s.io/v1 ClusterRole", "rbac.authorization.k8s.io/v1 ClusterRoleBinding", "rbac.authorization.k8s.io/v1 Role", "rbac.authorization.k8s.io/v1 RoleBinding",
    ];

    public async Task<IReadOnlyList<string>> DescribeAsync(CancellationToken cancellationToken, bool isGone = false)
    {
        var found = isGone ? [] : await InsideAsync(cancellationToken);
        var clusters = await portal.GetRequiredService<Core.Clusters.Magnum.IMagnumClient>().ListClustersAsync(scope, detail: false, cancellationToken);
        found.AddRange(clusters.Select(c => $"cluster {c.Name} {c.Status}"));
        await DescribeHarborAsync(found, cancellationToken);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>Gives what is in the cluster, by kind, namespace and name.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        [.. (await InsideAsync(cancellationToken)).Select(o => string.Join(' ', o.Split(' ').Take(2))).Order(StringComparer.Ordinal)];

    private async Task<List<string>> InsideAsync(CancellationToken cancellationToken)
    {
        var api = await portal.GetRequiredService<IClusterConnector>().AsPortalAsync(new ClusterKey(scope.Region, scope.ProjectId, clusterId), cancellationToken);
        var found = new List<string>();
        foreach (var kind in Kinds.Select(k => k.Split(' ')))
        {
            found.AddRange((await api.ListAsync(KubernetesResource.Of(kind[0], kind[1]), null, cancellationToken)).Select(o => Describe(kind[1], o)));
        }

        return found;
    }

    private async Task DescribeHarborAsync(List<string> found, CancellationToken cancellationToken)
    {
        var mapping = (await portal.GetRequiredService<IMappingService>().FindAsync(scope, cancellationToken))!;
        found.Add($"mapping {mapping.HarborProject} {mapping.UserName} pull {mapping.PullRobot is not null} push {mapping.PushRobot is not null} ready {mapping.ReadyAt is not null}");
        var (harbor, accounts) = (portal.GetRequiredService<IHarborClient>(), portal.GetRequiredService<IHarborAccounts>());
        var project = (await harbor.FindProjectAsync(mapping.HarborProject, cancellationToken))!;
        found.AddRange((await harbor.ListMembersAsync(project.Name, cancellationToken)).Select(m => $"Harbor member {m.UserName} {m.Role}"));
        found.AddRange((await accounts.ListRobotsAsync(project.Id, cancellationToken)).Select(r => $"Harbor robot {r.FullName}"));

        // What the portal's own lists would not show: everything that Harbor has.
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Context.Addresses["harbor"]) };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{sandbox.Context.Options.Password}")));
        foreach (var (path, name) in new[] { ("users", "username"), ("projects", "name"), ("robots", "name") })
        {
            var all = JsonNode.Parse(await http.GetStringAsync($"/api/v2.0/{path}?page_size=100", cancellationToken))!.AsArray();
            found.AddRange(all.Select(o => $"Harbor {path} {o![name]}"));
        }
    }

    private string Describe(string kind, JsonObject o)
    {
        var wished = (JsonObject)o.DeepClone();
        var meta = wished["metadata"]!.AsObject();
        var (space, name) = ((string?)meta["namespace"], (string?)meta["name"]);
        foreach (var chance in new[] { "uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink" })
        {
            meta.Remove(chance);
        }

        wished.Remove("status");
        if (wished["spec"] is JsonObject spec)
        {
            foreach (var chance in new[] { "clusterIP", "clusterIPs", "volumeName" })
            {
                spec.Remove(chance);
            }

            foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
            {
                port.Remove("nodePort");
            }
        }

        // Values of secrets are random, certificates belong to this one cluster.
        Blank(wished["data"] as JsonObject, value => kind == "Secret" || value.Contains("-----BEGIN", StringComparison.Ordinal));
        foreach (var notes in new[] { meta["annotations"], wished["spec"]?["template"]?["metadata"]?["annotations"] }.OfType<JsonObject>())
        {
            // Of what names the registry's address, which is another one in each run; the objects themselves are compared.
            foreach (var hash in new[] { "container-platform/hash", "container-platform/configuration" }.Where(notes.ContainsKey))
            {
                notes[hash] = "…";
            }
        }

        var text = Sorted(wished)!.ToJsonString().Replace(clusterId, "CLUSTER", StringComparison.Ordinal).Replace(scope.ProjectId, "PROJECT", StringComparison.Ordinal);
        foreach (var (service, address) in sandbox.Context.Addresses)
        {
            text = text.Replace(new Uri(address).Authority, service, StringComparison.Ordinal);
        }

        return $"{kind} {space}/{name} {text}";
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static void Blank(JsonObject? data, Func<string, bool> isChance)
    {
        foreach (var key in data?.Where(d => isChance((string?)d.Value ?? "")).Select(d => d.Key).ToList() ?? [])
        {
            data![key] = "…";
        }
    }
}
