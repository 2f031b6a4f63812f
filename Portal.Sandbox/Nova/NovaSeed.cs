using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Nova;

/// <summary>Fills Nova from the declarations <c>nova</c>: flavors, keypairs, quotas by project.</summary>
internal sealed class NovaSeed(Cloud cloud)
{
    public void Fill(JsonNode? declared, List<Keypair>? kept)
    {
        var flavors = declared?["flavors"] as JsonArray ?? [];
        for (var i = 0; i < flavors.Count; i++)
        {
            var flavor = flavors[i]!;
            cloud.Flavors.Add(new Flavor
            {
                Id = flavor["id"]?.ToString() ?? (i + 1).ToString(CultureInfo.InvariantCulture),
                Name = flavor["name"]!.ToString(),
                Vcpus = flavor["vcpus"]?.GetValue<int>() ?? 1,
                Ram = flavor["ram"]?.GetValue<int>() ?? 2048,
                Disk = flavor["disk"]?.GetValue<int>() ?? 20,
                NoHost = flavor["no_host"]?.GetValue<bool>() ?? false,
            });
        }

        QuotaSeed.Fill(cloud, declared?["quotas"]);
        if (kept is not null)
        {
            cloud.Keypairs.AddRange(kept);
            return;
        }

        foreach (var pair in declared?["keypairs"] as JsonArray ?? [])
        {
            var key = pair!["public_key"]?.ToString() ?? SshKeys.Declared;
            cloud.Keypairs.Add(SshKeys.Read(cloud.UserId(pair["user"]!.ToString()), pair["name"]!.ToString(), key, cloud.Keypairs.Count + 1, cloud.Now)!);
        }
    }
}
