using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>The system's settings: the defaults of a fresh server, and what was changed.</summary>
internal static class HarborConfiguration
{
    private static readonly JsonObject Defaults = new()
    {
        ["audit_log_forward_endpoint"] = "",
        ["auth_mode"] = "db_auth",
        ["banner_message"] = "",
        ["http_authproxy_admin_groups"] = "",
        ["http_authproxy_admin_usernames"] = "",
        ["http_authproxy_endpoint"] = "",
        ["http_authproxy_server_certificate"] = "",
        ["http_authproxy_skip_search"] = false,
        ["http_authproxy_tokenreview_endpoint"] = "",
        ["http_authproxy_verify_cert"] = true,
        ["ldap_base_dn"] = "",
        ["ldap_filter"] = "",
        ["ldap_group_admin_dn"] = "",
        ["ldap_group_attribute_name"] = "",
        ["ldap_group_base_dn"] = "",
        ["ldap_group_membership_attribute"] = "memberof",
        ["ldap_group_search_filter"] = "",
        ["ldap_group_search_scope"] = 2,
        ["ldap_scope"] = 2,
        ["ldap_search_dn"] = "",
        ["ldap_timeout"] = 5,
        ["ldap_uid"] = "cn",
        ["ldap_url"] = "",
        ["ldap_verify_cert"] = true,
        ["notification_enable"] = true,
        ["oidc_admin_group"] = "",
        ["oidc_auto_onboard"] = false,
        ["oidc_client_id"] = "",
        ["oidc_endpoint"] = "",
        ["oidc_extra_redirect_parms"] = "{}",
        ["oidc_group_filter"] = "",
        ["oidc_groups_claim"] = "",
        ["oidc_name"] = "",
        ["oidc_scope"] = "",
        ["oidc_user_claim"] = "",
        ["oidc_verify_cert"] = true,
        ["primary_auth_mode"] = false,
        ["project_creation_restriction"] = "everyone",
        ["quota_per_project_enable"] = true,
        ["read_only"] = false,
        ["robot_name_prefix"] = "robot$",
        ["robot_token_duration"] = 30,
        ["scanner_skip_update_pulltime"] = false,
        ["self_registration"] = false,
        ["session_timeout"] = 60,
        ["skip_audit_log_database"] = false,
        ["storage_per_project"] = -1,
        ["token_expiration"] = 30,
        ["uaa_client_id"] = "",
        ["uaa_client_secret"] = "",
        ["uaa_endpoint"] = "",
        ["uaa_verify_cert"] = false,
    };

    public static JsonNode? Value(HarborState state, string name) => state.Configuration.TryGetValue(name, out var value) ? value : Defaults[name];

    /// <summary>Changes what is named; names that do not exist are ignored.</summary>
    public static void Change(HarborState state, JsonObject changes)
    {
        foreach (var (name, value) in changes)
        {
            if (Defaults.ContainsKey(name))
            {
                state.Configuration[name] = value?.DeepClone();
            }
        }
    }

    /// <summary>Writes all settings as an administrator sees them.</summary>
    public static JsonObject Write(HarborState state)
    {
        var all = new JsonObject();
        foreach (var (name, _) in Defaults)
        {
            all[name] = new JsonObject { ["editable"] = true, ["value"] = Value(state, name)?.DeepClone() };
        }

        all["scan_all_policy"] = new JsonObject();
        return all;
    }
}
