using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary><c>/v3/auth</c>: log-in, scoping, validation, revocation, and what a token may enter.</summary>
internal sealed class AuthRoutes(KeystoneState state, RoleGraph graph, TokenDesk desk, TokenDocument document, TimeProvider clock)
{
    public void Map(KeystoneRouter router)
    {
        router.Post("/v3/auth/tokens", Authenticate, anonymous: true);
        router.Get("/v3/auth/tokens", Validate);
        router.Head("/v3/auth/tokens", Validate);
        router.Delete("/v3/auth/tokens", Revoke);
        router.Get("/v3/auth/projects", Projects);
        router.Get("/v3/OS-FEDERATION/projects", Projects);
        router.Get("/v3/auth/domains", Domains);
        router.Get("/v3/OS-FEDERATION/domains", Domains);
        router.Get("/v3/auth/system", SystemScopes);
        router.Get("/v3/auth/catalog", Catalog);
    }

    public KeystoneAnswer Answer(TokenRecord token, bool catalog = true) =>
        KeystoneAnswer.Created(document.Write(desk.Live(token.Id) ?? throw KeystoneFault.Unauthorized(), catalog)) with { SubjectToken = token.Id };

    private KeystoneAnswer Authenticate(KeystoneCall call)
    {
        var auth = AuthSchema.Check(call.Body);
        var identity = auth.Object("identity")!;
        var methods = identity.List("methods").Texts().Distinct().ToList();
        if (methods.Count == 0 || methods.Exists(m => m is not ("password" or "token" or "application_credential")))
        {
            throw KeystoneFault.UnsupportedMethod(state.Settings.Methods);
        }

        TokenRecord? proof = null;
        foreach (var method in methods)
        {
            var payload = identity.Object(method) ?? throw KeystoneFault.Malformed($"{method} in identity");
            var next = method switch
            {
                "password" => ByPassword(payload),
                "token" => ByToken(payload),
                _ => ByCredential(payload),
            };
            proof = proof is null || proof.UserId == next.UserId ? next : throw KeystoneFault.Unauthorized();
        }

        var scope = proof!.ApplicationCredentialId is null ? ScopeOf(auth, proof) : CredentialScope(auth, proof);
        return Answer(desk.Issue(proof, scope), !call.Http.Request.Query.ContainsKey("nocatalog"));
    }

    private TokenRecord ByPassword(JsonObject payload)
    {
        var user = FindUser(payload.Object("user") ?? throw KeystoneFault.Malformed("user in password"));
        if (!user.IsEnabled() || !PasswordScheme.Same(user.Text("_password"), payload.Object("user").Text("password")))
        {
            throw KeystoneFault.Unauthorized();
        }

        return Proof(user!, ["password"]);
    }

    private TokenRecord ByToken(JsonObject payload)
    {
        var id = payload.Text("id");
        if (id is null || !state.Tokens.TryGetValue(id, out var token))
        {
            throw KeystoneFault.NoToken("Could not recognize Fernet token");
        }

        _ = desk.Live(id) ?? throw KeystoneFault.NoToken("Failed to validate token");
        if (token.ApplicationCredentialId is not null)
        {
            throw KeystoneFault.Forbidden("Using a delegated token to create another token is not allowed.");
        }

        if (token.IsScoped && !state.Settings.RescopeScoped)
        {
            throw KeystoneFault.Forbidden("rescope a scoped token");
        }

        return new TokenRecord
        {
            Id = "",
            UserId = token.UserId,
            Methods = [.. token.Methods.Prepend("token").Distinct()],
            AuditIds = token.IsFederated ? [] : [token.AuditIds[^1]],
            IssuedAt = token.IssuedAt,
            ExpiresAt = token.ExpiresAt,
            IdentityProvider = token.IdentityProvider,
            Protocol = token.Protocol,
            Groups = token.Groups,
        };
    }

    private TokenRecord ByCredential(JsonObject payload)
    {
        var credential = payload.Text("id") is { } id
            ? state.Credentials.Get(id)
            : state.Credentials.All.FirstOrDefault(c => c.Text("name") == payload.Text("name") && c.Text("user_id") == FindUser(payload.Object("user") ?? []).Text("id"))
                ?? throw KeystoneFault.Unauthorized();
        var user = state.Users.Find(credential.Text("user_id"));
        var expires = credential.Text("expires_at");
        if (!PasswordScheme.Same(credential.Text("_secret"), payload.Text("secret")) || !user.IsEnabled()
            || (expires is not null && DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) <= clock.GetUtcNow()))
        {
            throw KeystoneFault.Unauthorized();
        }

        return Proof(user!, ["application_credential"], credential.Text("id"));
    }

    private TokenRecord Proof(JsonObject user, List<string> methods, string? credential = null) => new()
    {
        Id = "",
        UserId = user.Text("id")!,
        Methods = methods,
        AuditIds = [],
        IssuedAt = clock.GetUtcNow(),
        ExpiresAt = desk.NewExpiry(),
        ApplicationCredentialId = credential,
    };

    private JsonObject? FindUser(JsonObject named)
    {
        if (named.Text("id") is { } id)
        {
            return state.Users.Find(id);
        }

        return FindDomain(named.Object("domain")) is { } domain ? state.Users.Named(named.Text("name"), domain.Text("id")) : null;
    }

    private JsonObject? FindDomain(JsonObject? named) =>
        named is null ? null : named.Text("id") is { } id ? state.Domains.Find(id) : state.Domains.Named(named.Text("name"));

    private TokenScope CredentialScope(JsonObject auth, TokenRecord proof)
    {
        if (auth.Object("scope") is not null)
        {
            throw KeystoneFault.Unauthorized();
        }

        return new TokenScope { Project = state.Projects.Find(state.Credentials.Find(proof.ApplicationCredentialId).Text("project_id")) };
    }

    private TokenScope ScopeOf(JsonObject auth, TokenRecord proof)
    {
        if (auth.Object("scope") is not { Count: > 0 } scope)
        {
            return DefaultScope(auth, proof);
        }

        if (scope.Object("system") is not null)
        {
            // keystone 22: the list of system grants of groups does not exist, so a federated token ends in a traceback.
            return proof.IsFederated ? throw new InternalFault() : new TokenScope { System = true };
        }

        if (scope.Object("domain") is { } domain)
        {
            return new TokenScope { Domain = FindDomain(domain) ?? throw KeystoneFault.Unauthorized() };
        }

        var wanted = scope.Object("project") ?? throw KeystoneFault.Unauthorized();
        var project = wanted.Text("id") is { } id ? state.Projects.Find(id)
            : FindDomain(wanted.Object("domain")) is { } owner ? state.Projects.Named(wanted.Text("name"), owner.Text("id")) : null;
        return new TokenScope { Project = project.IsEnabled() ? project : throw KeystoneFault.Unauthorized() };
    }

    /// <summary>Without a scope a local user comes into his default project, if he may enter it.</summary>
    private TokenScope DefaultScope(JsonObject auth, TokenRecord proof)
    {
        var asked = auth.TryGetPropertyValue("scope", out var scope) && scope is JsonValue;
        var project = asked || proof.Methods.Contains("token") ? null : state.Projects.Find(state.Users.Find(proof.UserId).Text("default_project_id"));
        var mayEnter = project.IsEnabled() && graph.OnProject(proof.UserId, graph.GroupsOf(proof.UserId), project!).Count > 0;
        return new TokenScope { Project = mayEnter ? project : null };
    }

    private LiveToken Subject(KeystoneCall call, string action)
    {
        var id = call.SubjectToken;
        if (id is null || !state.Tokens.ContainsKey(id))
        {
            _ = call.Caller;
            throw KeystoneFault.NoToken("Could not recognize Fernet token");
        }

        var subject = desk.Live(id) ?? throw KeystoneFault.NoToken("Failed to validate token");
        if (subject.UserId != call.Caller.UserId && !call.Caller.IsAdmin && !call.Caller.RoleNames.Contains("service"))
        {
            throw KeystoneFault.Forbidden("identity:" + action);
        }

        return subject;
    }

    private KeystoneAnswer Validate(KeystoneCall call)
    {
        var subject = Subject(call, HttpMethods.IsHead(call.Http.Request.Method) ? "check_token" : "validate_token");
        return KeystoneAnswer.Ok(document.Write(subject, !call.Http.Request.Query.ContainsKey("nocatalog"))) with { SubjectToken = subject.Record.Id };
    }

    private KeystoneAnswer Revoke(KeystoneCall call)
    {
        // Nothing else ends with it: neither what was scoped from it nor what it was scoped from.
        Subject(call, "revoke_token").Record.Revoked = true;
        return KeystoneAnswer.Nothing;
    }

    private KeystoneAnswer Projects(KeystoneCall call) =>
        KeystoneAnswer.Ok(call.List("projects", graph.ProjectsOf(call.Caller.UserId, desk.GroupsOf(call.Caller.Record)).Select(p => state.Projects.Show(p, call.Address))));

    private KeystoneAnswer Domains(KeystoneCall call) =>
        KeystoneAnswer.Ok(call.List("domains", graph.DomainsOf(call.Caller.UserId, desk.GroupsOf(call.Caller.Record)).Select(d => state.Domains.Show(d, call.Address))));

    private KeystoneAnswer SystemScopes(KeystoneCall call)
    {
        if (call.Caller.Record.IsFederated)
        {
            throw new InternalFault();
        }

        var has = graph.OnSystem(call.Caller.UserId, desk.GroupsOf(call.Caller.Record)).Count > 0;
        var list = new JsonObject { ["system"] = has ? new JsonArray(new JsonObject { ["all"] = true }) : new JsonArray() };
        list["links"] = new JsonObject { ["self"] = call.Address + "/v3/auth/system" };
        return KeystoneAnswer.Ok(list);
    }

    private KeystoneAnswer Catalog(KeystoneCall call)
    {
        if (!call.Caller.Record.IsScoped)
        {
            throw KeystoneFault.Forbidden();
        }

        return KeystoneAnswer.Ok(new JsonObject
        {
            ["catalog"] = document.Catalog(call.Caller.Record.ProjectId),
            ["links"] = new JsonObject { ["self"] = call.Address + "/v3/auth/catalog" },
        });
    }
}
