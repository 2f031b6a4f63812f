using System.Text.Json.Nodes;

namespace Portal.Sandbox.Keystone;

/// <summary>Identity providers, mappings, protocols and trusts.</summary>
internal sealed class FederationAdminRoutes(KeystoneState state)
{
    private const string Providers = "/v3/OS-FEDERATION/identity_providers";
    private const string Mappings = "/v3/OS-FEDERATION/mappings";
    private const string Trusts = "/v3/OS-TRUST/trusts";

    public void Map(KeystoneRouter router)
    {
        router.Get(Providers, call => List(call, state.Providers));
        router.Get(Providers + "/{id}", call => Show(call, state.Providers));
        router.Put(Providers + "/{id}", CreateProvider);
        router.Patch(Providers + "/{id}", call => Update(call, state.Providers));
        router.Delete(Providers + "/{id}", call => Delete(call, state.Providers));
        router.Get(Mappings, call => List(call, state.Mappings));
        router.Get(Mappings + "/{id}", call => Show(call, state.Mappings));
        router.Put(Mappings + "/{id}", CreateMapping);
        router.Patch(Mappings + "/{id}", call => Update(call, state.Mappings));
        router.Delete(Mappings + "/{id}", call => Delete(call, state.Mappings));
        router.Get(Providers + "/{id}/protocols", ListProtocols);
        router.Get(Providers + "/{id}/protocols/{protocol}", ShowProtocol);
        router.Put(Providers + "/{id}/protocols/{protocol}", CreateProtocol);
        router.Get(Trusts, ListTrusts);
        router.Post(Trusts, CreateTrust);
        router.Get(Trusts + "/{id}", call => KeystoneAnswer.Ok(new JsonObject { ["trust"] = state.Trusts.Show(OwnTrust(call, "get_trust"), call.Address) }));
        router.Delete(Trusts + "/{id}", DeleteTrust);
    }

    private JsonObject Write(KeystoneCall call, EntitySet set, JsonObject item)
    {
        var shown = set.Show(item, call.Address);
        if (set == state.Providers)
        {
            shown["links"]!["protocols"] = $"{call.Address}{Providers}/{item.Text("id")}/protocols";
        }

        return shown;
    }

    private KeystoneAnswer List(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("list_" + set.Plural);
        return KeystoneAnswer.Ok(call.List(set.Plural, set.All.Select(i => Write(call, set, i))));
    }

    private KeystoneAnswer Show(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("get_" + set.Singular);
        return KeystoneAnswer.Ok(new JsonObject { [set.Singular] = Write(call, set, set.Get(call["id"])) });
    }

    private KeystoneAnswer Update(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("update_" + set.Singular);
        var item = set.Get(call["id"]);
        foreach (var (key, value) in call.Wrapped(set.Singular).Where(p => p.Key is not ("id" or "links")).ToList())
        {
            item[key] = value?.DeepClone();
        }

        return KeystoneAnswer.Ok(new JsonObject { [set.Singular] = Write(call, set, item) });
    }

    private static KeystoneAnswer Delete(KeystoneCall call, EntitySet set)
    {
        call.RequireAdmin("delete_" + set.Singular);
        set.Remove(set.Get(call["id"]).Text("id")!);
        return KeystoneAnswer.Nothing;
    }

    private KeystoneAnswer CreateProvider(KeystoneCall call)
    {
        call.RequireAdmin("create_identity_provider");
        if (state.Providers.Find(call["id"]) is not null)
        {
            throw new KeystoneFault(409, $"Conflict occurred attempting to store identity_provider - Duplicate entry found with ID {call["id"]}.", "Conflict");
        }

        var asked = call.Wrapped("identity_provider");
        var domain = asked.Text("domain_id") ?? KeystoneState.NewId();
        if (state.Domains.Find(domain) is null)
        {
            state.Domains.Put(new JsonObject { ["id"] = domain, ["name"] = domain, ["description"] = "Auto generated federated domain for Identity Provider: " + call["id"], ["enabled"] = true, ["tags"] = new JsonArray(), ["options"] = new JsonObject() });
        }

        var provider = state.Providers.Put(new JsonObject
        {
            ["id"] = call["id"],
            ["domain_id"] = domain,
            ["enabled"] = asked.Flag("enabled") ?? false,
            ["description"] = asked.Text("description"),
            ["remote_ids"] = asked.List("remote_ids")?.DeepClone() ?? new JsonArray(),
            ["authorization_ttl"] = asked["authorization_ttl"]?.DeepClone(),
        });
        return KeystoneAnswer.Created(new JsonObject { ["identity_provider"] = Write(call, state.Providers, provider) });
    }

    private KeystoneAnswer CreateMapping(KeystoneCall call)
    {
        call.RequireAdmin("create_mapping");
        if (state.Mappings.Find(call["id"]) is not null)
        {
            throw new KeystoneFault(409, $"Conflict occurred attempting to store mapping - Duplicate entry found with ID {call["id"]}.", "Conflict");
        }

        var mapping = state.Mappings.Put(new JsonObject { ["id"] = call["id"], ["rules"] = call.Wrapped("mapping").List("rules")?.DeepClone() ?? throw KeystoneFault.Malformed("rules in mapping") });
        return KeystoneAnswer.Created(new JsonObject { ["mapping"] = Write(call, state.Mappings, mapping) });
    }

    private static JsonObject Write(KeystoneCall call, Protocol protocol)
    {
        var provider = $"{call.Address}{Providers}/{protocol.IdentityProvider}";
        return new JsonObject
        {
            ["id"] = protocol.Id,
            ["mapping_id"] = protocol.Mapping,
            ["remote_id_attribute"] = null,
            ["links"] = new JsonObject { ["self"] = $"{provider}/protocols/{protocol.Id}", ["identity_provider"] = provider },
        };
    }

    private KeystoneAnswer ListProtocols(KeystoneCall call)
    {
        call.RequireAdmin("list_protocols");
        _ = state.Providers.Get(call["id"]);
        return KeystoneAnswer.Ok(call.List("protocols", state.Protocols.Where(p => p.IdentityProvider == call["id"]).Select(p => Write(call, p))));
    }

    private KeystoneAnswer ShowProtocol(KeystoneCall call)
    {
        call.RequireAdmin("get_protocol");
        var protocol = state.Protocols.FirstOrDefault(p => p.IdentityProvider == call["id"] && p.Id == call["protocol"])
            ?? throw new KeystoneFault(404, $"Could not find federated protocol {call["protocol"]} for Identity Provider: {call["id"]}.", "Not Found");
        return KeystoneAnswer.Ok(new JsonObject { ["protocol"] = Write(call, protocol) });
    }

    private KeystoneAnswer CreateProtocol(KeystoneCall call)
    {
        call.RequireAdmin("create_protocol");
        _ = state.Providers.Get(call["id"]);
        var protocol = new Protocol(call["id"], call["protocol"], call.Wrapped("protocol").Text("mapping_id") ?? throw KeystoneFault.Malformed("mapping_id in protocol"));
        state.Protocols.RemoveAll(p => p.IdentityProvider == protocol.IdentityProvider && p.Id == protocol.Id);
        state.Protocols.Add(protocol);
        return KeystoneAnswer.Created(new JsonObject { ["protocol"] = Write(call, protocol) });
    }

    private KeystoneAnswer ListTrusts(KeystoneCall call)
    {
        var (trustor, trustee) = (call.Query("trustor_user_id"), call.Query("trustee_user_id"));
        if (trustor != call.Caller.UserId && trustee != call.Caller.UserId)
        {
            call.RequireAdmin(trustor is null && trustee is null ? "list_trusts" : trustor is not null ? "list_trusts_for_trustor" : "list_trusts_for_trustee");
        }

        var found = state.Trusts.All.Where(t => (trustor is null || t.Text("trustor_user_id") == trustor) && (trustee is null || t.Text("trustee_user_id") == trustee));
        return KeystoneAnswer.Ok(call.List("trusts", found.Select(t => state.Trusts.Show(t, call.Address))));
    }

    private KeystoneAnswer CreateTrust(KeystoneCall call)
    {
        var trust = call.Wrapped("trust").DeepClone().AsObject();
        if (trust.Text("trustor_user_id") != call.Caller.UserId)
        {
            throw KeystoneFault.Forbidden("identity:create_trust");
        }

        trust["id"] = KeystoneState.NewId();
        trust.TryAdd("expires_at", null);
        trust.TryAdd("remaining_uses", null);
        trust["deleted_at"] = null;
        trust["redelegation_count"] = 0;
        state.Trusts.Put(trust);
        return KeystoneAnswer.Created(new JsonObject { ["trust"] = state.Trusts.Show(trust, call.Address) });
    }

    private JsonObject OwnTrust(KeystoneCall call, string action)
    {
        var trust = state.Trusts.Get(call["id"]);
        if (trust.Text("trustee_user_id") != call.Caller.UserId)
        {
            call.RequireAdminOr(trust.Text("trustor_user_id") ?? "", action);
        }

        return trust;
    }

    private KeystoneAnswer DeleteTrust(KeystoneCall call)
    {
        state.Trusts.Remove(OwnTrust(call, "delete_trust").Text("id")!);
        return KeystoneAnswer.Nothing;
    }
}
