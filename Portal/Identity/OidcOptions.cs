namespace Portal.Identity;

/// <summary>The OpenID provider that people sign in at. Bound from the section <see cref="Section"/>.</summary>
internal sealed class OidcOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Oidc";

    /// <summary>Gets or sets the provider's issuer URL; discovery is read below it.</summary>
    public string? Authority { get; set; }

    /// <summary>Gets or sets the portal's client id at the provider.</summary>
    public string ClientId { get; set; } = "container-platform-portal";

    /// <summary>Gets or sets the client secret; better in a file. Without one the portal is a public client (PKCE alone).</summary>
    public string? ClientSecret { get; set; }

    /// <summary>Gets or sets the file that holds the client secret (one line).</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>Gets or sets the <c>audience</c> parameter: the name under which the provider knows Keystone.</summary>
    public string? Audience { get; set; }

    /// <summary>Gets or sets the <c>resource</c> parameter (RFC 8707), for providers that want it instead.</summary>
    public string? Resource { get; set; }

    /// <summary>Gets the scopes; empty means <c>openid profile email offline_access</c>.</summary>
    public List<string> Scopes { get; } = [];

    /// <summary>Gives the secret from where it is kept, or null.</summary>
    internal string? ReadSecret() => ClientSecretFile is null ? ClientSecret : File.ReadAllText(ClientSecretFile).TrimEnd('\r', '\n');

    /// <summary>Gives the scopes to ask for.</summary>
    internal IReadOnlyList<string> AskedScopes => Scopes.Count > 0 ? Scopes : ["openid", "profile", "email", "offline_access"];
}

/// <summary>Says what is wrong with the provider's options.</summary>
internal static class OidcOptionsCheck
{
    /// <summary>Gives one sentence for each thing.</summary>
    public static IEnumerable<string> Failures(OidcOptions options)
    {
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority) || authority.Scheme is not ("http" or "https"))
        {
            yield return $"Portal:Oidc:Authority must be an http or https URL; it is {(string.IsNullOrEmpty(options.Authority) ? "empty" : $"'{options.Authority}'")}.";
        }
        else if (authority.Scheme == "http" && !authority.IsLoopback)
        {
            yield return $"Portal:Oidc:Authority must be https unless the provider is on this machine; it is '{options.Authority}'.";
        }

        if (string.IsNullOrWhiteSpace(options.ClientId))
        {
            yield return "Portal:Oidc:ClientId must not be empty.";
        }

        if (options.ClientSecret is not null && options.ClientSecretFile is not null)
        {
            yield return "Portal:Oidc:ClientSecret and Portal:Oidc:ClientSecretFile are both set; set one of them.";
        }
        else if (options.ClientSecretFile is { } file && !File.Exists(file))
        {
            yield return $"Portal:Oidc:ClientSecretFile names a file that is not there: {file}.";
        }

        if (options.Scopes.Count > 0 && !options.Scopes.Contains("openid"))
        {
            yield return "Portal:Oidc:Scopes must have openid in it.";
        }
    }
}
