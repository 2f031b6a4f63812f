namespace Portal.Core.Addons;

/// <summary>What the site offers its clusters.</summary>
public sealed class AddonsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Addons";

    /// <summary>Gets or sets the site's registry with the project of the platform's images: <c>harbor.example.org/platform</c>.</summary>
    public string Registry { get; set; } = "";

    /// <summary>Gets or sets a folder whose manifests take the place of the shipped ones, or null.</summary>
    public string? CatalogFolder { get; set; }

    /// <summary>Gets or sets how often the add-ons of every cluster are looked at.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the name of the IngressClass that every cluster's ingress controller answers to.</summary>
    public string IngressClass { get; set; } = "platform";

    /// <summary>Gets values of add-ons' parameters, by add-on and parameter; docs/addons.md lists them.</summary>
    public Dictionary<string, Dictionary<string, string>> Parameters { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets add-on profiles by name: the add-ons' names, separated by commas. They are installed in the order of their dependencies. Own ones stand beside the shipped ones; the wizard offers all.</summary>
    public Dictionary<string, string> Profiles { get; } = Shipped();

    /// <summary>Gives the add-ons of a profile, or null when there is no such profile.</summary>
    public IReadOnlyList<string>? AddonsOf(string profile) =>
        Profiles.TryGetValue(profile, out var names) ? names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : null;

    private static Dictionary<string, string> Shipped()
    {
        using var file = new StreamReader(typeof(AddonsOptions).Assembly.GetManifestResourceStream("profiles.txt")!);
        return file.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#'))
            .Select(l => l.Split(':', 2, StringSplitOptions.TrimEntries)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
    }
}
