using Portal.Core.Backends;

namespace Portal.Core.Clusters.Compute;

/// <summary>Speaks with Nova.</summary>
internal sealed class NovaClient(BackendHttp http) : INovaClient
{
    public async Task<IReadOnlyList<Keypair>> ListKeypairsAsync(Scope scope, CancellationToken cancellationToken)
    {
        var page = await http.GetAsync<KeypairPage>(Call(scope, "list keypairs", "os-keypairs"), cancellationToken).ConfigureAwait(false);
        return [.. page.Keypairs.Select(k => new Keypair(k.Keypair.Name, k.Keypair.Fingerprint ?? "")).OrderBy(k => k.Name, StringComparer.Ordinal)];
    }

    public async Task<Keypair> ImportKeypairAsync(Scope scope, string name, string publicKey, CancellationToken cancellationToken)
    {
        var call = Call(scope, "import keypair", "os-keypairs") with
        {
            Method = HttpMethod.Post,
            Body = new { Keypair = new { Name = name, PublicKey = publicKey } },
        };
        var made = await http.GetAsync<KeypairEnvelope>(call, cancellationToken).ConfigureAwait(false);
        return new Keypair(made.Keypair.Name, made.Keypair.Fingerprint ?? "");
    }

    public async Task<IReadOnlyList<Flavor>> ListFlavorsAsync(Scope scope, CancellationToken cancellationToken)
    {
        var page = await http.GetAsync<FlavorPage>(Call(scope, "list flavors", "flavors/detail"), cancellationToken).ConfigureAwait(false);
        return [.. page.Flavors.Select(f => new Flavor(f.Id, f.Name, f.Vcpus, f.Ram, f.Disk)).OrderBy(f => f.Cores).ThenBy(f => f.MemoryMiB)];
    }

    public async Task<IReadOnlyList<ProjectQuota>> ListQuotasAsync(Scope scope, CancellationToken cancellationToken)
    {
        var limits = await http.GetAsync<LimitsEnvelope>(Call(scope, "read compute limits", "limits"), cancellationToken).ConfigureAwait(false);
        return
        [
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "cores", "maxTotalCores", "totalCoresUsed", "core"),
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "memory", "maxTotalRAMSize", "totalRAMUsed", "MiB"),
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "instances", "maxTotalInstances", "totalInstancesUsed", "count"),
            .. AbsoluteLimits.Read(limits.Limits.Absolute, "server-groups", "maxServerGroups", "totalServerGroupsUsed", "count"),
        ];
    }

    private static BackendCall Call(Scope scope, string operation, string path) => new()
    {
        Backend = "nova",
        Operation = operation,
        Scope = scope,
        ServiceType = "compute",
        Version = "v2.1",
        Path = path,
    };

    private sealed record KeypairPage(IReadOnlyList<KeypairEnvelope> Keypairs);

    private sealed record KeypairEnvelope(KeypairBody Keypair);

    private sealed record KeypairBody(string Name, string? Fingerprint);

    private sealed record FlavorPage(IReadOnlyList<FlavorBody> Flavors);

    private sealed record FlavorBody(string Id, string Name, int Vcpus, int Ram, int Disk);
}

/// <summary>Nova's and Cinder's limits.</summary>
internal sealed record LimitsEnvelope(LimitsBody Limits);

/// <summary>The part with names and numbers.</summary>
internal sealed record LimitsBody(Dictionary<string, System.Text.Json.JsonElement> Absolute);

/// <summary>Reads absolute limits: pairs of camel-case names, -1 for no limit.</summary>
internal static class AbsoluteLimits
{
    public static IEnumerable<ProjectQuota> Read(Dictionary<string, System.Text.Json.JsonElement> absolute, string resource, string limitName, string usedName, string unit)
    {
        if (absolute.TryGetValue(limitName, out var limit) && limit.TryGetInt64(out var max))
        {
            var used = absolute.TryGetValue(usedName, out var value) && value.TryGetInt64(out var number) ? number : 0;
            yield return new ProjectQuota(resource, used, max < 0 ? null : max, unit);
        }
    }
}
