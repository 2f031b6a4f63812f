using Microsoft.Extensions.Options;

namespace Portal.Core.Registry.Harbor;

/// <summary>The shared Harbor. Bound from the section <see cref="Section"/>; its CA bundle and proxy are in <c>Portal:Backends:Connections:harbor</c>.</summary>
public sealed class HarborOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Harbor";

    /// <summary>Where the portal takes what Harbor tells.</summary>
    public const string HookPath = "/api/harbor/webhook";

    /// <summary>Gets or sets Harbor's address, without <c>/api/v2.0</c>; empty means that the site has no Harbor.</summary>
    public string Url { get; set; } = "";

    /// <summary>Gets or sets the account that provisions: an administrator (Harbor refuses members to robot accounts). No colon in it.</summary>
    public string UserName { get; set; } = "admin";

    /// <summary>Gets or sets the password; better in a file.</summary>
    public string? Password { get; set; }

    /// <summary>Gets or sets the file that holds the password (one line).</summary>
    public string? PasswordFile { get; set; }

    /// <summary>Gets or sets the host (with port) that nodes and people pull from, or null for what Harbor says itself.</summary>
    public string? RegistryHost { get; set; }

    /// <summary>Gets or sets the storage limit of a new project in bytes; -1 is unlimited.</summary>
    public long StorageLimit { get; set; } = 50L * 1024 * 1024 * 1024;

    /// <summary>Gets or sets where people ask for more storage (an http, https or mailto address), or null for no link.</summary>
    public string? StorageRequestUrl { get; set; }

    /// <summary>Gets or sets the portal's address as Harbor reaches it (its certificate must be one that Harbor trusts), or null: then Harbor tells the portal nothing, and pages show what is new when they are opened.</summary>
    public string? HookUrl { get; set; }

    /// <summary>Gets or sets the domain of the e-mail addresses that tell the portal's Harbor users from others. Never receives mail.</summary>
    public string EmailDomain { get; set; } = "projects.invalid";

    /// <summary>Gives the password from where it is kept.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal string ReadPassword() => PasswordFile is null ? Password ?? "" : File.ReadAllText(PasswordFile).TrimEnd('\r', '\n');
}

/// <summary>Says what is wrong with <see cref="HarborOptions"/> at start.</summary>
internal sealed class HarborOptionsValidation : IValidateOptions<HarborOptions>
{
    private const long Most = 1L << 50;

    public ValidateOptionsResult Validate(string? name, HarborOptions options)
    {
        var wrong = new List<string>();
        if (options.HookUrl is { } hook && (!Uri.TryCreate(hook, UriKind.Absolute, out var portal) || portal.Scheme is not ("http" or "https") || portal.PathAndQuery != "/"))
        {
            wrong.Add("Portal:Harbor:HookUrl must be an http or https address without a path.");
        }

        if (options.Url.Length == 0)
        {
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }

        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            wrong.Add("Portal:Harbor:Url must be an http or https address.");
        }

        if (options.StorageRequestUrl is { } more && (!Uri.TryCreate(more, UriKind.Absolute, out var ask) || ask.Scheme is not ("http" or "https" or "mailto")))
        {
            wrong.Add("Portal:Harbor:StorageRequestUrl must be an http, https or mailto address.");
        }

        if (options.UserName.Length == 0 || options.UserName.Contains(':', StringComparison.Ordinal))
        {
            wrong.Add("Portal:Harbor:UserName must be set, without a colon.");
        }

        if (options.Password is null == options.PasswordFile is null)
        {
            wrong.Add("One of Portal:Harbor:Password and Portal:Harbor:PasswordFile must be set.");
        }

        if (options.StorageLimit is 0 or < -1 or > Most)
        {
            wrong.Add("Portal:Harbor:StorageLimit must be -1 or between 1 and 1125899906842624 bytes.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
