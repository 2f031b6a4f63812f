namespace Portal.Development;

/// <summary>The portal's options for a sandbox's addresses: what an operator would write for a real cloud.</summary>
internal static class SandboxConfiguration
{
    /// <summary>Gives the options.</summary>
    /// <param name="addresses">Base addresses by endpoint name.</param>
    /// <param name="password">The service user's password.</param>
    public static Dictionary<string, string?> Of(IReadOnlyDictionary<string, string> addresses, string password)
    {
        // Browsers take every name below localhost for this machine.
        var options = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Portal:Apps:Domain"] = "apps.localhost" };
        if (addresses.TryGetValue("keystone", out var keystone) && addresses.TryGetValue("oidc", out var oidc))
        {
            options["Portal:Clouds:sandbox:KeystoneUrl"] = keystone;
            options["Portal:Clouds:sandbox:IdentityProvider"] = "lab";
            options["Portal:Clouds:sandbox:ServiceUser:Name"] = "portal";
            options["Portal:Clouds:sandbox:ServiceUser:Password"] = password;
            options["Portal:Clouds:sandbox:ServiceUser:Project"] = "admin";
            options["Portal:Oidc:Authority"] = oidc;
            options["Portal:Oidc:ClientId"] = "portal";
            options["Portal:Oidc:ClientSecret"] = "portal-secret";
            options["Portal:Oidc:Audience"] = "urn:lab:keystone";
        }

        if (addresses.TryGetValue("harbor", out var harbor))
        {
            options["Portal:Harbor:Url"] = harbor;
            options["Portal:Harbor:Password"] = password;
            options["Portal:Addons:Registry"] = new Uri(harbor).Authority + "/platform";
        }

        if (addresses.TryGetValue("kibana", out var kibana))
        {
            options["Portal:Logs:Kibana:Address"] = kibana + "/{cluster}";
        }

        return options;
    }
}
