using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;

namespace Portal.Sandbox.Keystone;

/// <summary>Fills Keystone from the plain declarations of a world.</summary>
internal sealed class KeystoneSeed(KeystoneState state, SandboxContext context, JsonObject world)
{
    /// <summary>What any region has; listed at the service's usual port unless the world or the sandbox has an address for it.</summary>
    private static readonly (string Type, string Name, string Url)[] Usual =
    [
        ("image", "glance", "http://127.0.0.1:9292"),
        ("compute", "nova", "http://127.0.0.1:8774/v2.1"),
        ("placement", "placement", "http://127.0.0.1:8778"),
        ("network", "neutron", "http://127.0.0.1:9696"),
        ("container-infra", "magnum", "{{base.magnum}}/v1"),
        ("orchestration", "heat", "{{base.heat}}/v1/%(project_id)s"),
        ("identity", "keystone", "{{base.keystone}}/v3"),
    ];

    public void Run()
    {
        state.Settings = Settings();
        state.Regions.Put(new JsonObject { ["id"] = state.Settings.Region, ["description"] = "", ["parent_region_id"] = null });
        Domains();
        foreach (var role in Each("roles").DefaultIfEmpty(new JsonObject { ["name"] = "admin", ["immutable"] = true }))
        {
            Role(role);
        }

        foreach (var implied in Each("implied_roles"))
        {
            state.Implied.Add(new ImpliedRole(RoleId(implied.Text("prior")), RoleId(implied.Text("implies"))));
        }

        foreach (var project in Each("projects"))
        {
            Project(project);
        }

        foreach (var group in Each("groups"))
        {
            Group(group);
        }

        foreach (var user in Each("users"))
        {
            User(user);
        }

        foreach (var assignment in Each("role_assignments"))
        {
            Assign(assignment);
        }

        Federation();
        Catalogue();
    }

    private IEnumerable<JsonObject> Each(string name) => world.List(name)?.OfType<JsonObject>() ?? [];

    private KeystoneSettings Settings()
    {
        var usual = new KeystoneSettings();
        return new KeystoneSettings
        {
            Region = world.Text("region") ?? usual.Region,
            ApiVersion = world.Text("api_version") ?? usual.ApiVersion,
            TokenSeconds = (int)(world.Number("token_expiration_seconds") ?? usual.TokenSeconds),
            RescopeScoped = world.Flag("allow_rescope_scoped_token") ?? usual.RescopeScoped,
            Methods = world.List("auth_methods") is { } methods ? [.. methods.Texts()] : usual.Methods,
            TrustedDashboards = [.. world.List("trusted_dashboards").Texts().Select(context.Expand)],
        };
    }

    private void Domains()
    {
        foreach (var domain in Each("domains").Prepend(new JsonObject { ["name"] = "Default", ["id"] = "default", ["description"] = "The default domain" }))
        {
            Domain(domain.Text("id") ?? KeystoneState.StableId("domain", domain.Text("name")!), domain.Text("name")!, domain.Text("description") ?? "", domain.Flag("enabled") ?? true);
        }
    }

    private void Domain(string id, string name, string description, bool enabled = true) => state.Domains.Put(new JsonObject
    {
        ["id"] = id,
        ["name"] = name,
        ["description"] = description,
        ["enabled"] = enabled,
        ["tags"] = new JsonArray(),
        ["options"] = new JsonObject(),
    });

    private void Role(JsonObject role) => state.Roles.Put(new JsonObject
    {
        ["id"] = Id(role, "role"),
        ["name"] = role.Text("name"),
        ["domain_id"] = null,
        ["description"] = role.Text("description"),
        ["options"] = role.Flag("immutable") == true ? new JsonObject { ["immutable"] = true } : new JsonObject(),
    });

    private void Project(JsonObject project)
    {
        var domain = DomainId(project.Text("domain"));
        var parent = project.Text("parent") is { } name ? state.Projects.Named(name, domain).Text("id") : null;
        state.Projects.Put(new JsonObject
        {
            ["id"] = Id(project, "project", domain),
            ["name"] = project.Text("name"),
            ["domain_id"] = domain,
            ["description"] = project.Text("description") ?? "",
            ["enabled"] = project.Flag("enabled") ?? true,
            ["parent_id"] = parent ?? domain,
            ["is_domain"] = false,
            ["tags"] = project.List("tags")?.DeepClone() ?? new JsonArray(),
            ["options"] = new JsonObject(),
        });
    }

    private void Group(JsonObject group)
    {
        var domain = DomainId(group.Text("domain"));
        state.Groups.Put(new JsonObject { ["id"] = Id(group, "group", domain), ["name"] = group.Text("name"), ["domain_id"] = domain, ["description"] = group.Text("description") ?? "" });
    }

    private void User(JsonObject user)
    {
        var domain = DomainId(user.Text("domain"));
        var id = Id(user, "user", domain);
        var made = state.Users.Put(new JsonObject
        {
            ["id"] = id,
            ["name"] = user.Text("name"),
            ["domain_id"] = domain,
            ["enabled"] = user.Flag("enabled") ?? true,
            ["password_expires_at"] = null,
            ["options"] = new JsonObject(),
            ["_password"] = user.Text("password") is { } password ? context.Expand(password) : context.Options.Password,
        });
        if (user.Text("email") is { } email)
        {
            made["email"] = email;
        }

        if (user.Text("default_project") is { } project)
        {
            made["default_project_id"] = state.Projects.Named(project).Text("id");
        }

        foreach (var group in user.List("groups").Texts())
        {
            state.Memberships.Add(new Membership(id, state.Groups.Named(group).Text("id") ?? throw Unknown("group", group)));
        }
    }

    private void Assign(JsonObject assignment)
    {
        var domain = assignment.Text("project_domain") is { } name ? DomainId(name) : null;
        state.Assignments.Add(new Assignment(RoleId(assignment.Text("role")))
        {
            UserId = assignment.Text("user") is { } user ? Reference(state.Users, user, assignment.Text("user_domain")) : null,
            GroupId = assignment.Text("group") is { } group ? Reference(state.Groups, group, assignment.Text("group_domain")) : null,
            ProjectId = assignment.Text("project") is { } project ? state.Projects.Named(project, domain).Text("id") ?? throw Unknown("project", project) : null,
            DomainId = assignment.Text("domain") is { } target ? DomainId(target) : null,
            System = assignment.Flag("system") == true,
            Inherited = assignment.Flag("inherited") == true,
        });
    }

    private void Federation()
    {
        foreach (var provider in Each("identity_providers"))
        {
            var domain = KeystoneState.StableId("provider", provider.Text("id")!);
            Domain(domain, domain, "Auto generated federated domain for Identity Provider: " + provider.Text("id"));
            state.Providers.Put(new JsonObject
            {
                ["id"] = provider.Text("id"),
                ["domain_id"] = domain,
                ["enabled"] = provider.Flag("enabled") ?? true,
                ["description"] = provider.Text("description"),
                ["remote_ids"] = provider.List("remote_ids").Texts().Select(context.Expand).ToJson(),
                ["authorization_ttl"] = provider["authorization_ttl"]?.DeepClone(),
            });
            foreach (var protocol in provider.List("protocols")?.OfType<JsonObject>() ?? [])
            {
                state.Protocols.Add(new Protocol(provider.Text("id")!, protocol.Text("id")!, protocol.Text("mapping")!));
            }
        }

        foreach (var mapping in Each("mappings"))
        {
            // Names of domains become their ids, as in what an operator's tool would have sent.
            var rules = JsonNode.Parse(context.Expand(mapping.List("rules")!.ToJsonString()))!.AsArray();
            foreach (var local in rules.OfType<JsonObject>().SelectMany(r => r.List("local")!.OfType<JsonObject>()).Where(l => l.Object("domain").Text("name") is not null))
            {
                local["domain"] = new JsonObject { ["id"] = DomainId(local.Object("domain").Text("name")) };
            }

            state.Mappings.Put(new JsonObject { ["id"] = mapping.Text("id"), ["rules"] = rules });
        }
    }

    private void Catalogue()
    {
        var declared = Each("services").ToList();
        var usual = Usual.Where(u => !context.IsDemo && !declared.Exists(d => d.Text("type") == u.Type)).Select(u => new JsonObject { ["type"] = u.Type, ["name"] = u.Name, ["url"] = u.Url });
        foreach (var service in declared.Concat(usual).Where(s => !context.IsDemo || HasAddress(s)))
        {
            var (type, name) = (service.Text("type")!, service.Text("name")!);
            var id = KeystoneState.StableId("service", type, name);
            state.Services.Put(new JsonObject { ["id"] = id, ["type"] = type, ["name"] = name, ["description"] = service.Text("description") ?? "", ["enabled"] = true });
            foreach (var side in service.List("interfaces")?.Texts() ?? ["public", "internal", "admin"])
            {
                state.Endpoints.Put(new JsonObject
                {
                    ["id"] = KeystoneState.StableId("endpoint", type, name, side),
                    ["interface"] = side,
                    ["region"] = state.Settings.Region,
                    ["region_id"] = state.Settings.Region,
                    ["service_id"] = id,
                    ["enabled"] = true,
                    ["url"] = context.Expand(service.Text("url")!),
                });
            }
        }
    }

    /// <summary>The demo's catalogue names only what can be reached.</summary>
    private bool HasAddress(JsonObject service) =>
        !context.Expand(service.Text("url")!).Contains(".sandbox.invalid", StringComparison.Ordinal);

    private static string Id(JsonObject declared, string kind, string domain = "") => declared.Text("id") ?? KeystoneState.StableId(kind, domain, declared.Text("name")!);

    private string DomainId(string? name)
    {
        name ??= "Default";
        return state.Domains.Named(name).Text("id") ?? state.Domains.Find(name).Text("id") ?? throw Unknown("domain", name);
    }

    private string RoleId(string? name) => state.Roles.Named(name).Text("id") ?? throw Unknown("role", name);

    private string Reference(EntitySet set, string name, string? domain) =>
        set.Named(name, domain is null ? null : DomainId(domain)).Text("id") ?? throw Unknown(set.Singular, name);

    private static IOException Unknown(string kind, string? name) => new($"The world file names a {kind} '{name}' that it does not declare.");
}
