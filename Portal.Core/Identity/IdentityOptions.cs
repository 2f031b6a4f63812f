using Portal.Core.Backends;

namespace Portal.Core.Identity;

/// <summary>Clouds, roles and sessions. Bound from the section <see cref="Section"/>.</summary>
public sealed class IdentityOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal";

    /// <summary>Gets the clouds by the name that the portal gives them; at least one.</summary>
    public Dictionary<string, CloudOptions> Clouds { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets which Keystone roles give which capability.</summary>
    public CapabilityOptions Capabilities { get; } = new();

    /// <summary>Gets how long sessions last.</summary>
    public SessionOptions Session { get; } = new();
}

/// <summary>One OpenStack cloud: a Keystone and the regions in its catalog.</summary>
public sealed class CloudOptions
{
    /// <summary>Gets or sets Keystone's base URL, with or without <c>/v3</c>.</summary>
    public string? KeystoneUrl { get; set; }

    /// <summary>Gets or sets Keystone's id of the identity provider that people sign in with.</summary>
    public string? IdentityProvider { get; set; }

    /// <summary>Gets or sets Keystone's id of the federation protocol.</summary>
    public string Protocol { get; set; } = "openid";

    /// <summary>Gets or sets which endpoints of the catalog are used: <c>public</c>, <c>internal</c> or <c>admin</c>.</summary>
    public string Interface { get; set; } = "public";

    /// <summary>Gets the Keystone region ids that the portal serves; the first is the default. Empty means <c>RegionOne</c>.</summary>
    public List<string> Regions { get; } = [];

    /// <summary>Gets the portal's own user in this cloud.</summary>
    public ServiceUserOptions ServiceUser { get; } = new();
}

/// <summary>The portal's own Keystone user: role <c>admin</c>, inherited on the domains of the tenants' projects.</summary>
public sealed class ServiceUserOptions
{
    /// <summary>Gets or sets the user's name.</summary>
    public string? Name { get; set; }

    /// <summary>Gets or sets the name of the user's domain.</summary>
    public string Domain { get; set; } = "Default";

    /// <summary>Gets or sets the password; better in a file.</summary>
    public string? Password { get; set; }

    /// <summary>Gets or sets the file that holds the password (one line).</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Gets or sets the name of the project in which the user makes cloud-wide listings; it needs <c>admin</c> there.</summary>
    public string? Project { get; set; }

    /// <summary>Gets or sets the name of that project's domain.</summary>
    public string ProjectDomain { get; set; } = "Default";

    /// <summary>Gives the password from where it is kept.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal string ReadPassword() => PasswordFile is null ? Password ?? "" : File.ReadAllText(PasswordFile).TrimEnd('\r', '\n');
}

/// <summary>Which Keystone roles give which capability, by role name.</summary>
public sealed class CapabilityOptions
{
    /// <summary>Gets roles that let see; empty means <c>reader</c>.</summary>
    public List<string> Read { get; } = [];

    /// <summary>Gets roles that let do everything in the project; empty means <c>member</c>.</summary>
    public List<string> Write { get; } = [];

    /// <summary>Gets roles that open the platform team's console; empty means <c>admin</c>. Never give tenants Keystone's <c>admin</c>.</summary>
    public List<string> Administer { get; } = [];

    /// <summary>Gives what somebody with these roles may do.</summary>
    public IEnumerable<Capability> Of(IReadOnlySet<string> roles)
    {
        if (Has(Read, "reader", roles) || Has(Write, "member", roles))
        {
            yield return Capability.Read;
        }

        if (Has(Write, "member", roles))
        {
            yield return Capability.Write;
        }

        if (Has(Administer, "admin", roles))
        {
            yield return Capability.Administer;
        }
    }

    private static bool Has(List<string> configured, string usual, IReadOnlySet<string> roles) =>
        configured.Count == 0 ? roles.Contains(usual) : configured.Exists(roles.Contains);
}

/// <summary>How long a session lasts.</summary>
public sealed class SessionOptions
{
    /// <summary>Gets or sets after how long without any use a session ends.</summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Gets or sets after how long a session ends whatever is done.</summary>
    public TimeSpan Absolute { get; set; } = TimeSpan.FromHours(24);
}
