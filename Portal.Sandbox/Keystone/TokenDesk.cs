using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Keystone;

/// <summary>A token as it is worth now.</summary>
internal sealed record LiveToken(TokenRecord Record, JsonObject User, IReadOnlyList<string> RoleIds, IReadOnlySet<string> RoleNames)
{
    public bool IsAdmin => RoleNames.Contains("admin");

    public string UserId => Record.UserId;
}

/// <summary>What a token is asked for.</summary>
internal sealed record TokenScope
{
    public JsonObject? Project { get; init; }

    public JsonObject? Domain { get; init; }

    public bool System { get; init; }

    public bool IsUnscoped => Project is null && Domain is null && !System;
}

/// <summary>Makes tokens and says what they are worth.</summary>
internal sealed class TokenDesk(KeystoneState state, RoleGraph graph, TimeProvider clock) : ITokenAuthority
{
    /// <summary>Gives a token's worth now, or null when it is unknown, revoked, expired, or nothing is left of its roles.</summary>
    public LiveToken? Live(string? id)
    {
        if (id is null || !state.Tokens.TryGetValue(id, out var token) || token.Revoked || token.ExpiresAt <= clock.GetUtcNow())
        {
            return null;
        }

        if (state.Users.Find(token.UserId) is not { } user || user.Flag("enabled") == false)
        {
            return null;
        }

        var roles = RolesOf(token);
        return token.IsScoped && roles.Count == 0 ? null : new LiveToken(token, user, roles, Names(roles));
    }

    /// <summary>Ends every token now.</summary>
    public void EndAll()
    {
        lock (state.Gate)
        {
            foreach (var token in state.Tokens.Values)
            {
                token.Revoked = true;
            }
        }
    }

    /// <summary>Makes a token.</summary>
    /// <exception cref="KeystoneFault">401: no role in the scope that is asked for.</exception>
    public TokenRecord Issue(TokenRecord pattern, TokenScope scope)
    {
        var token = new TokenRecord
        {
            Id = "gAAAAA" + Random(132),
            UserId = pattern.UserId,
            Methods = pattern.Methods,
            AuditIds = [Random(16), .. pattern.AuditIds],
            IssuedAt = Seconds(clock.GetUtcNow()),
            ExpiresAt = pattern.ExpiresAt,
            ProjectId = scope.Project.Text("id"),
            DomainId = scope.Domain.Text("id"),
            System = scope.System,
            IdentityProvider = pattern.IdentityProvider,
            Protocol = pattern.Protocol,
            Groups = pattern.Groups,
            ApplicationCredentialId = pattern.ApplicationCredentialId,
        };
        if (token.IsScoped && RolesOf(token).Count == 0)
        {
            throw KeystoneFault.Unauthorized();
        }

        state.Tokens[token.Id] = token;
        return token;
    }

    public DateTimeOffset NewExpiry() => Seconds(clock.GetUtcNow()).AddSeconds(state.Settings.TokenSeconds);

    public IReadOnlySet<string> GroupsOf(TokenRecord token)
    {
        var groups = graph.GroupsOf(token.UserId, remembered: !token.IsFederated);
        groups.UnionWith(token.Groups);
        return groups;
    }

    public void Forget(DateTimeOffset before)
    {
        foreach (var old in state.Tokens.Values.Where(t => t.ExpiresAt < before).ToList())
        {
            state.Tokens.Remove(old.Id);
        }
    }

    public TokenInfo? Validate(string? token)
    {
        lock (state.Gate)
        {
            if (Live(token) is not { } live)
            {
                return null;
            }

            var project = state.Projects.Find(live.Record.ProjectId);
            return new TokenInfo(live.UserId, live.User.Text("name") ?? "", project.Text("id"), project.Text("name"), project.Text("domain_id"), live.RoleNames, live.Record.ExpiresAt);
        }
    }

    public (string Id, string Name, string DomainId)? FindProject(string idOrName)
    {
        lock (state.Gate)
        {
            var project = state.Projects.Find(idOrName) ?? state.Projects.Named(idOrName);
            return project is null ? null : (project.Text("id")!, project.Text("name")!, project.Text("domain_id")!);
        }
    }

    public (string Id, string Name)? FindUser(string idOrName)
    {
        lock (state.Gate)
        {
            var user = state.Users.Find(idOrName) ?? state.Users.Named(idOrName);
            return user is null ? null : (user.Text("id")!, user.Text("name")!);
        }
    }

    private static string Random(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static DateTimeOffset Seconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private HashSet<string> Names(IEnumerable<string> roles) =>
        roles.Select(r => state.Roles.Find(r).Text("name")).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private IReadOnlyList<string> RolesOf(TokenRecord token)
    {
        if (!token.IsScoped)
        {
            return [];
        }

        // A credential's token lives on what its owner holds now, memberships that have expired not counted.
        var groups = token.ApplicationCredentialId is null ? GroupsOf(token) : graph.GroupsOf(token.UserId);
        var held = ScopeRoles(token, groups);
        if (token.ApplicationCredentialId is null)
        {
            return held;
        }

        var wanted = state.Credentials.Find(token.ApplicationCredentialId)?.List("_roles").Texts().ToList();
        return wanted is null || wanted.Exists(r => !held.Contains(r)) ? [] : wanted;
    }

    private IReadOnlyList<string> ScopeRoles(TokenRecord token, IReadOnlySet<string> groups)
    {
        if (token.System)
        {
            return graph.OnSystem(token.UserId, groups);
        }

        if (token.DomainId is not null)
        {
            return state.Domains.Find(token.DomainId).IsEnabled() ? graph.OnDomain(token.UserId, groups, token.DomainId) : [];
        }

        var project = state.Projects.Find(token.ProjectId);
        return project.IsEnabled() && state.Domains.Find(project.Text("domain_id")).IsEnabled() ? graph.OnProject(token.UserId, groups, project!) : [];
    }
}

internal static class Enabled
{
    public static bool IsEnabled(this JsonObject? entity) => entity is not null && entity.Flag("enabled") != false;
}
