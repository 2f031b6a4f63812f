using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Everything Keystone knows. Used under one lock.</summary>
internal sealed class KeystoneState
{
    public Lock Gate { get; } = new();

    public EntitySet Domains { get; } = new("domain", "domains");

    public EntitySet Projects { get; } = new("project", "projects");

    public EntitySet Users { get; } = new("user", "users");

    public EntitySet Groups { get; } = new("group", "groups");

    public EntitySet Roles { get; } = new("role", "roles");

    public EntitySet Services { get; } = new("service", "services");

    public EntitySet Endpoints { get; } = new("endpoint", "endpoints");

    public EntitySet Regions { get; } = new("region", "regions");

    public EntitySet Providers { get; } = new("identity_provider", "identity_providers", "OS-FEDERATION/identity_providers");

    public EntitySet Mappings { get; } = new("mapping", "mappings", "OS-FEDERATION/mappings");

    public EntitySet Credentials { get; } = new("application_credential", "application_credentials");

    public EntitySet Trusts { get; } = new("trust", "trusts", "OS-TRUST/trusts");

    public List<Assignment> Assignments { get; } = [];

    public List<Membership> Memberships { get; } = [];

    public List<ImpliedRole> Implied { get; } = [];

    public List<Protocol> Protocols { get; } = [];

    public Dictionary<string, TokenRecord> Tokens { get; } = new(StringComparer.Ordinal);

    public KeystoneSettings Settings { get; set; } = new();

    private IEnumerable<EntitySet> Sets =>
        [Domains, Projects, Users, Groups, Roles, Services, Endpoints, Regions, Providers, Mappings, Credentials, Trusts];

    /// <summary>Gives an id that is the same for the same thing in every start of the same world.</summary>
    public static string StableId(string kind, params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(kind + "\n" + string.Join('\n', parts))))[..32];

    /// <summary>Gives the id that a federated user has from the first sign-in on: 64 hex digits of the provider's domain and the name.</summary>
    public static string FederatedUserId(string domain, string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{domain}\n{name}\nuser")));

    public static string NewId() => Guid.NewGuid().ToString("N");

    public JsonObject Save()
    {
        var saved = new JsonObject();
        foreach (var set in Sets)
        {
            saved[set.Plural] = set.Save();
        }

        saved["assignments"] = JsonSerializer.SerializeToNode(Assignments);
        saved["memberships"] = JsonSerializer.SerializeToNode(Memberships);
        saved["implied"] = JsonSerializer.SerializeToNode(Implied);
        saved["protocols"] = JsonSerializer.SerializeToNode(Protocols);
        saved["tokens"] = JsonSerializer.SerializeToNode(Tokens.Values);
        saved["settings"] = JsonSerializer.SerializeToNode(Settings);
        return saved;
    }

    public void Load(JsonObject saved)
    {
        foreach (var set in Sets)
        {
            set.Load(saved[set.Plural]);
        }

        Fill(Assignments, saved["assignments"]);
        Fill(Memberships, saved["memberships"]);
        Fill(Implied, saved["implied"]);
        Fill(Protocols, saved["protocols"]);
        foreach (var token in saved["tokens"].Deserialize<List<TokenRecord>>() ?? [])
        {
            Tokens[token.Id] = token;
        }

        Settings = saved["settings"].Deserialize<KeystoneSettings>() ?? new();
    }

    private static void Fill<T>(List<T> list, JsonNode? saved)
    {
        list.Clear();
        list.AddRange(saved.Deserialize<List<T>>() ?? []);
    }
}

/// <summary>What keystone.conf would say.</summary>
internal sealed record KeystoneSettings
{
    public string Region { get; init; } = "RegionOne";

    public string ApiVersion { get; init; } = "v3.14";

    public int TokenSeconds { get; init; } = 3600;

    public bool RescopeScoped { get; init; } = true;

    public List<string> Methods { get; init; } = ["password", "token", "openid", "mapped", "application_credential"];

    public List<string> TrustedDashboards { get; init; } = [];
}
