using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Collections that administrators keep: list, show, create, update, delete, all alike.</summary>
internal sealed class ResourceRoutes(KeystoneState state)
{
    private static readonly string[] NoFilter = ["limit", "marker", "sort_key", "sort_dir"];

    public void Map(KeystoneRouter router)
    {
        Collection(router, state.Domains, document => document.TryAdd("enabled", true));
        Collection(router, state.Projects, CompleteProject);
        Collection(router, state.Users, CompleteUser);
        Collection(router, state.Groups, document => document["domain_id"] ??= "default");
        Collection(router, state.Roles, CompleteRole);
        Collection(router, state.Services, document => document.TryAdd("enabled", true));
        Collection(router, state.Endpoints, CompleteEndpoint);
        Collection(router, state.Regions, document => document.TryAdd("parent_region_id", null));
    }

    private void Collection(KeystoneRouter router, EntitySet set, Action<JsonObject> complete)
    {
        var all = $"/v3/{set.Path}";
        router.Get(all, call => List(call, set));
        router.Post(all, call => Create(call, set, complete));
        router.Get(all + "/{id}", call => Show(call, set));
        router.Patch(all + "/{id}", call => Update(call, set));
        router.Delete(all + "/{id}", call => Delete(call, set));
    }

    private static KeystoneAnswer List(KeystoneCall call, EntitySet set)
    {
        if (set.Plural != "regions")
        {
            call.RequireAdmin("list_" + set.Plural);
        }

        var filters = call.Http.Request.Query.Where(q => !NoFilter.Contains(q.Key)).Select(q => (q.Key, Value: q.Value.FirstOrDefault() ?? "")).ToList();
        var found = set.All.Where(i => filters.TrueForAll(f => Matches(i, f.Key, f.Value)));
        return KeystoneAnswer.Ok(call.List(set.Plural, found.Select(i => set.Show(i, call.Address))));
    }

    private static bool Matches(JsonObject item, string filter, string value)
    {
        var (name, how) = filter.Split("__", 2) is [var n, var h] ? (n, h) : (filter, "equals");
        if (!item.TryGetPropertyValue(name, out var kept))
        {
            return name is not ("name" or "domain_id" or "parent_id" or "type" or "service_id" or "interface");
        }

        if (kept is JsonValue v && v.TryGetValue<bool>(out var flag))
        {
            return flag == (value is "" or "1" or "true" or "True");
        }

        var text = item.Text(name) ?? "";
        return how switch
        {
            "contains" => text.Contains(value, StringComparison.Ordinal),
            "icontains" => text.Contains(value, StringComparison.OrdinalIgnoreCase),
            "startswith" => text.StartsWith(value, StringComparison.Ordinal),
            _ => text == value,
        };
    }

    private static KeystoneAnswer Show(KeystoneCall call, EntitySet set)
    {
        var item = set.Find(call["id"]);
        var own = set.Singular switch
        {
            "user" => call.Caller.UserId == call["id"],
            "project" => call.Caller.Record.ProjectId == call["id"],
            "region" => true,
            _ => false,
        };
        if (!own)
        {
            call.RequireAdmin("get_" + set.Singular);
        }

        return KeystoneAnswer.Ok(new JsonObject { [set.Singular] = set.Show(item ?? set.Get(call["id"]), call.Address) });
    }

    private static KeystoneAnswer Create(KeystoneCall call, EntitySet set, Action<JsonObject> complete)
    {
        call.RequireAdmin("create_" + set.Singular);
        var item = call.Wrapped(set.Singular).DeepClone().AsObject();
        var name = item.Text("name");
        if (name is null && set.Singular is not ("endpoint" or "region" or "service"))
        {
            throw KeystoneFault.BadRequest($"Invalid input for field '{set.Singular}': 'name' is a required property");
        }

        item.Remove("links");
        item["id"] = set.Singular == "region" ? item.Text("id") ?? KeystoneState.NewId() : KeystoneState.NewId();
        complete(item);
        if (name is not null && set.Singular != "service" && set.Named(name, item.Text("domain_id")) is not null)
        {
            throw Duplicate(set, item, name);
        }

        set.Put(item);
        return KeystoneAnswer.Created(new JsonObject { [set.Singular] = set.Show(item, call.Address) });
    }

    private static KeystoneFault Duplicate(EntitySet set, JsonObject item, string name) => set.Singular switch
    {
        "project" => new KeystoneFault(409, $"Conflict occurred attempting to store project - it is not permitted to have two projects with the same name in the same domain : {name}.", "Conflict"),
        "user" or "group" => new KeystoneFault(409, $"Conflict occurred attempting to store {set.Singular} - Duplicate entry found with name {name} at domain ID {item.Text("domain_id")}.", "Conflict"),
        _ => KeystoneFault.Conflict(set.Singular, name),
    };

    private static KeystoneAnswer Update(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("update_" + set.Singular);
        var item = set.Get(call["id"]);
        if (item.Object("options").Flag("immutable") == true)
        {
            throw KeystoneFault.Immutable(set.Singular, call["id"]);
        }

        foreach (var (key, value) in call.Wrapped(set.Singular).Where(p => p.Key is not ("id" or "links")).ToList())
        {
            item[key == "password" ? "_password" : key] = value?.DeepClone();
        }

        return KeystoneAnswer.Ok(new JsonObject { [set.Singular] = set.Show(item, call.Address) });
    }

    private KeystoneAnswer Delete(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("delete_" + set.Singular);
        var item = set.Get(call["id"]);
        if (item.Object("options").Flag("immutable") == true)
        {
            throw KeystoneFault.Immutable(set.Singular, call["id"]);
        }

        if (set == state.Domains)
        {
            DeleteDomain(item);
        }

        set.Remove(call["id"]);
        Forget(call["id"]);
        return KeystoneAnswer.Nothing;
    }

    private void DeleteDomain(JsonObject domain)
    {
        if (domain.IsEnabled())
        {
            throw KeystoneFault.Forbidden("Cannot delete a domain that is enabled, please disable it first.");
        }

        foreach (var set in new[] { state.Projects, state.Users, state.Groups })
        {
            foreach (var id in set.All.Where(i => i.Text("domain_id") == domain.Text("id")).Select(i => i.Text("id")!).ToList())
            {
                set.Remove(id);
                Forget(id);
            }
        }
    }

    private void Forget(string id)
    {
        state.Assignments.RemoveAll(a => a.UserId == id || a.GroupId == id || a.ProjectId == id || a.DomainId == id || a.RoleId == id);
        state.Memberships.RemoveAll(m => m.UserId == id || m.GroupId == id);
        foreach (var credential in state.Credentials.All.Where(c => c.Text("user_id") == id || c.Text("project_id") == id).Select(c => c.Text("id")!).ToList())
        {
            state.Credentials.Remove(credential);
        }
    }

    private void CompleteProject(JsonObject project)
    {
        project["domain_id"] ??= "default";
        _ = state.Domains.Get(project.Text("domain_id")!);
        project["parent_id"] ??= project.Text("domain_id");
        project.TryAdd("description", "");
        project.TryAdd("enabled", true);
        project["is_domain"] = false;
        project.TryAdd("tags", new JsonArray());
        project.TryAdd("options", new JsonObject());
    }

    private void CompleteUser(JsonObject user)
    {
        user["domain_id"] ??= "default";
        _ = state.Domains.Get(user.Text("domain_id")!);
        user["_password"] = user.Text("password");
        user.Remove("password");
        user.TryAdd("enabled", true);
        user["password_expires_at"] = null;
        user.TryAdd("options", new JsonObject());
    }

    private static void CompleteRole(JsonObject role)
    {
        role.TryAdd("domain_id", null);
        role.TryAdd("description", null);
        role.TryAdd("options", new JsonObject());
    }

    private void CompleteEndpoint(JsonObject endpoint)
    {
        endpoint["region_id"] ??= state.Settings.Region;
        endpoint["region"] = endpoint.Text("region_id");
        endpoint.TryAdd("enabled", true);
    }
}
