using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Keystone;

namespace Portal.Sandbox.OpenId;

/// <summary>A person at the provider.</summary>
internal sealed record OpenIdUser(string Login, string Password, string Email, string FullName, string About, IReadOnlyList<string> Groups)
{
    /// <summary>Gets the subject: means nothing, and never changes.</summary>
    public string Subject { get; } = Guid.ParseExact(KeystoneState.StableId("subject", Login), "N").ToString("D");
}

/// <summary>An application that asks for tokens.</summary>
internal sealed record OpenIdClient(string Id, string? Secret, int AccessTokenSeconds, bool IsMachine);

/// <summary>A browser that has signed in.</summary>
internal sealed record OpenIdSession(string Id, string Login, DateTimeOffset SignedInAt);

/// <summary>What a refresh token stands for; only the newest refresh token of a grant is good.</summary>
internal sealed record OpenIdGrant(string Id, string Login, string Client, string Session, string Current);

/// <summary>An opaque access token and what it means.</summary>
internal sealed record OpaqueToken(string Claims, DateTimeOffset ExpiresAt);

/// <summary>Keys, people, clients, sessions and grants of the provider. Thread-safe.</summary>
internal sealed class OpenIdState(SandboxContext context)
{
    private static readonly TimeSpan SessionLife = TimeSpan.FromHours(12);
    private readonly Lock gate = new();
    private readonly Dictionary<string, OpenIdUser> users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenIdClient> clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenIdSession> sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpenIdGrant> grants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OpaqueToken> opaque = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> usedCodes = new(StringComparer.Ordinal);

    public RSA Key { get; private set; } = RSA.Create(2048);

    public byte[] EncryptionKey { get; private set; } = RandomNumberGenerator.GetBytes(32);

    public string KeyId { get; private set; } = "sandbox-" + Guid.NewGuid().ToString("N")[..8];

    public bool SecretFits(OpenIdClient client, string? secret) =>
        secret is null
            ? !client.IsMachine
            : PasswordScheme.Same(client.Secret, secret) || PasswordScheme.Same(context.Options.Password, secret)
                || (client.Id.StartsWith("portal", StringComparison.Ordinal) && secret == "portal-secret");

    public string Issuer => context.Address("oidc");

    public IReadOnlyList<OpenIdUser> Users => [.. users.Values];

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    public OpenIdUser? FindUser(string? login) => login is null ? null : users.GetValueOrDefault(login);

    public OpenIdClient? FindClient(string? id) => id is null ? null : clients.GetValueOrDefault(id);

    public OpenIdUser? CheckPassword(string? login, string? password) =>
        FindUser(login) is { } user && PasswordScheme.Same(user.Password, password) ? user : null;

    public OpenIdSession? FindSession(string? id)
    {
        lock (gate)
        {
            return id is not null && sessions.TryGetValue(id, out var session) && session.SignedInAt + SessionLife > context.Clock.Now ? session : null;
        }
    }

    public OpenIdSession StartSession(string login)
    {
        lock (gate)
        {
            var session = new OpenIdSession(NewId(), login, context.Clock.Now);
            return sessions[session.Id] = session;
        }
    }

    /// <summary>Ends a session, and with it every refresh token that came out of it.</summary>
    public void EndSession(string id)
    {
        lock (gate)
        {
            sessions.Remove(id);
            foreach (var grant in grants.Values.Where(g => g.Session == id).ToList())
            {
                grants.Remove(grant.Id);
            }
        }
    }

    /// <summary>Says whether a code is used for the first time.</summary>
    public bool UseCode(string code)
    {
        lock (gate)
        {
            return usedCodes.TryAdd(code, context.Clock.Now);
        }
    }

    public OpenIdGrant StartGrant(string login, string client, string session)
    {
        lock (gate)
        {
            var grant = new OpenIdGrant(NewId(), login, client, session, NewId());
            return grants[grant.Id] = grant;
        }
    }

    /// <summary>Takes a refresh token for the next one; a used one ends the grant, because one of two holders is a thief.</summary>
    public OpenIdGrant? Rotate(string? grantId, string? current)
    {
        lock (gate)
        {
            if (grantId is null || !grants.TryGetValue(grantId, out var grant))
            {
                return null;
            }

            if (grant.Current != current)
            {
                grants.Remove(grantId);
                return null;
            }

            return grants[grantId] = grant with { Current = NewId() };
        }
    }

    public void EndGrant(string? id)
    {
        lock (gate)
        {
            grants.Remove(id ?? "");
        }
    }

    public string KeepOpaque(JsonObject claims)
    {
        lock (gate)
        {
            var token = NewId();
            opaque[token] = new OpaqueToken(claims.ToJsonString(), DateTimeOffset.FromUnixTimeSeconds(claims.Number("exp") ?? 0));
            return token;
        }
    }

    public JsonObject? Introspect(string token)
    {
        lock (gate)
        {
            return opaque.TryGetValue(token, out var kept) && kept.ExpiresAt > context.Clock.Now ? JsonNode.Parse(kept.Claims)!.AsObject() : null;
        }
    }

    public void ForgetOpaque(string token)
    {
        lock (gate)
        {
            opaque.Remove(token);
        }
    }

    public void Forget(DateTimeOffset now)
    {
        lock (gate)
        {
            Remove(opaque, t => t.ExpiresAt < now);
            Remove(usedCodes, t => t < now.AddHours(-1));
            Remove(sessions, s => s.SignedInAt + SessionLife < now);
        }
    }

    public void Seed(JsonObject world)
    {
        foreach (var user in world.List("users")?.OfType<JsonObject>() ?? [])
        {
            var login = user.Text("name")!;
            var password = user.Text("password") is { } given ? context.Expand(given) : context.Options.Password;
            users[login] = new OpenIdUser(login, password, user.Text("email") ?? login + "@example.test", user.Text("full_name") ?? login, user.Text("about") ?? "", [.. user.List("groups").Texts()]);
        }

        foreach (var client in world.List("clients")?.OfType<JsonObject>() ?? [])
        {
            Add(client.Text("id")!, client.Text("secret"), (int)(client.Number("access_token_seconds") ?? 600), client.Text("grant") == "client_credentials");
        }

        // Keystone itself is a client: its Apache signs browsers in for dashboards.
        Add("keystone", context.Options.Password, 600, false);
    }

    public JsonObject Save()
    {
        lock (gate)
        {
            return new JsonObject
            {
                ["key"] = Key.ExportPkcs8PrivateKeyPem(),
                ["key_id"] = KeyId,
                ["encryption"] = Convert.ToBase64String(EncryptionKey),
                ["sessions"] = JsonSerializer.SerializeToNode(sessions.Values),
                ["grants"] = JsonSerializer.SerializeToNode(grants.Values),
                ["opaque"] = JsonSerializer.SerializeToNode(opaque),
                ["codes"] = JsonSerializer.SerializeToNode(usedCodes),
            };
        }
    }

    public void Load(JsonObject saved)
    {
        lock (gate)
        {
            Key = RSA.Create();
            Key.ImportFromPem(saved.Text("key"));
            KeyId = saved.Text("key_id")!;
            EncryptionKey = Convert.FromBase64String(saved.Text("encryption")!);
            foreach (var session in saved["sessions"].Deserialize<List<OpenIdSession>>()!)
            {
                sessions[session.Id] = session;
            }

            foreach (var grant in saved["grants"].Deserialize<List<OpenIdGrant>>()!)
            {
                grants[grant.Id] = grant;
            }

            foreach (var (token, kept) in saved["opaque"].Deserialize<Dictionary<string, OpaqueToken>>()!)
            {
                opaque[token] = kept;
            }

            foreach (var (code, at) in saved["codes"].Deserialize<Dictionary<string, DateTimeOffset>>()!)
            {
                usedCodes[code] = at;
            }
        }
    }

    private void Add(string id, string? secret, int seconds, bool machine) => clients[id] = new OpenIdClient(id, secret, seconds, machine);

    private static void Remove<T>(Dictionary<string, T> from, Func<T, bool> old)
    {
        foreach (var (key, _) in from.Where(p => old(p.Value)).ToList())
        {
            from.Remove(key);
        }
    }
}
