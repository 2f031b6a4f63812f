using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Core.Addons;

/// <summary>The add-ons that the portal ships, those that an operator's folder puts in their place, and the site's values of their parameters.</summary>
public sealed partial class AddonCatalog
{
    /// <summary>Annotation with the hash of what was applied: equal means that nothing has to be sent.</summary>
    internal const string HashAnnotation = "container-platform/hash";

    private const string Prefix = "addons/";
    private const string WhenAnnotation = "container-platform/when";
    private readonly ImmutableDictionary<string, AddonRelease> releases;
    private readonly ImmutableDictionary<string, AddonDescription> addons;
    private readonly AddonsOptions site;

    /// <summary>Initializes a new instance of the <see cref="AddonCatalog"/> class.</summary>
    /// <param name="site">The site's folder and parameters, or null for what is shipped.</param>
    /// <exception cref="FormatException">A description cannot be read, or the site sets a parameter that the add-on does not have.</exception>
    public AddonCatalog(AddonsOptions? site = null)
    {
        this.site = site ?? new AddonsOptions();
        var found = Shipped().ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var release in this.site.CatalogFolder is { } folder ? FromFolder(folder) : [])
        {
            // A folder with a manifest alone keeps what the shipped release says of itself.
            found[release.Name] = release.DescriptionText is null ? release with { DescriptionText = found.GetValueOrDefault(release.Name)?.DescriptionText } : release;
        }

        releases = found.ToImmutableDictionary(StringComparer.Ordinal);
        addons = found.Values.Where(r => r.DescriptionText is not null).ToImmutableDictionary(r => r.Name, r => AddonDescription.Read(r.Name, r.DescriptionText!), StringComparer.Ordinal);
        CheckParameters();
    }

    /// <summary>Gets all releases by name.</summary>
    public IReadOnlyDictionary<string, AddonRelease> Releases => releases;

    /// <summary>Gets what the add-ons say of themselves, by name; the platform's own objects are not among them.</summary>
    public IReadOnlyDictionary<string, AddonDescription> Addons => addons;

    /// <summary>Gives the objects of a release with its parameters put in.</summary>
    /// <exception cref="FormatException">The manifest has a parameter without a value, or is no YAML.</exception>
    public IReadOnlyList<JsonObject> Render(string name, AddonParameters parameters) => Render(name, Values(name, parameters));

    /// <summary>Gives what an add-on says of itself, with its parameters put in.</summary>
    /// <exception cref="FormatException">The description has a parameter without a value.</exception>
    public AddonDescription Describe(string name, AddonParameters parameters) =>
        AddonDescription.Read(name, CatalogYaml.Fill(name, releases[name].DescriptionText!, Values(name, parameters)));

    /// <summary>Gives the objects of the namespace that add-ons live in.</summary>
    internal IReadOnlyList<JsonObject> RenderNamespace(string space, string podSecurity) => Render(
        "namespace", ImmutableDictionary.CreateRange<string, string>([new("namespace", space), new("podSecurity", podSecurity)]));

    /// <summary>Gives the images of rendered objects.</summary>
    public static IReadOnlyList<string> Images(IEnumerable<JsonObject> objects) =>
    [
        .. objects.Select(o => o["spec"]?["template"]?["spec"]).OfType<JsonObject>()
            .SelectMany(spec => (spec["initContainers"]?.AsArray() ?? []).Concat(spec["containers"]?.AsArray() ?? []))
            .Select(container => container?["image"]?.GetValue<string>()).OfType<string>()
            .Concat(objects.Where(o => o["kind"]?.GetValue<string>() is "ConfigMap").SelectMany(ConfiguredImages)).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Gives the releases that the portal ships.</summary>
    internal static IEnumerable<AddonRelease> Shipped()
    {
        var assembly = typeof(AddonCatalog).Assembly;
        var files = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(n => n[Prefix.Length..].Replace('\\', '/'), StringComparer.Ordinal);
        string? Text(string file) => files.TryGetValue(file, out var resource) ? new StreamReader(assembly.GetManifestResourceStream(resource)!).ReadToEnd() : null;
        return from file in files.Keys
               let parts = file.Split('/')
               where parts[2] == "manifest.yaml"
               select new AddonRelease(parts[0], parts[1], Text(file)!, Text($"{parts[0]}/{parts[1]}/addon.yaml"));
    }

    private static IEnumerable<AddonRelease> FromFolder(string folder) =>
        from addon in Directory.EnumerateDirectories(folder)
        from version in Directory.EnumerateDirectories(addon).OrderBy(v => v, StringComparer.Ordinal).TakeLast(1)
        let file = Path.Combine(version, "manifest.yaml")
        where File.Exists(file)
        let description = Path.Combine(version, "addon.yaml")
        select new AddonRelease(Path.GetFileName(addon), Path.GetFileName(version), File.ReadAllText(file), File.Exists(description) ? File.ReadAllText(description) : null);

    private static bool IsWanted(JsonObject manifest)
    {
        var annotations = manifest["metadata"]?["annotations"] as JsonObject;
        if (annotations?[WhenAnnotation]?.GetValue<string>() is not { } condition)
        {
            return true;
        }

        annotations.Remove(WhenAnnotation);
        return CatalogYaml.Holds(condition);
    }

    /// <summary>Programs read their configuration once: pods get its hash, so that a changed one replaces them.</summary>
    private static void RestartOnChange(List<JsonObject> objects)
    {
        var configuration = string.Concat(objects.Where(o => o["kind"]?.GetValue<string>() is "ConfigMap").Select(o => o["data"]?.ToJsonString()));
        if (configuration.Length == 0)
        {
            return;
        }

        foreach (var template in objects.Select(o => o["spec"]?["template"]?["metadata"]).OfType<JsonObject>())
        {
            var annotations = template["annotations"] as JsonObject ?? [];
            annotations["container-platform/configuration"] = Hash(configuration);
            template["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>What a program starts by its own configuration is pulled, too.</summary>
    private static IEnumerable<string> ConfiguredImages(JsonObject map) => (map["data"] as JsonObject ?? []).Select(d => d.Value?.GetValue<string>() ?? "")
        .SelectMany(text => ConfiguredImage().Matches(text).Select(m => m.Groups[1].Value));

    [GeneratedRegex(@"^\s*image: +""?([^\s""]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex ConfiguredImage();

    private static JsonObject Label(JsonObject manifest, AddonRelease release)
    {
        var labels = manifest["metadata"]!["labels"] as JsonObject ?? [];
        labels["app.kubernetes.io/managed-by"] = "container-platform-portal";
        labels["container-platform/addon"] = release.Name;
        labels["container-platform/version"] = release.Version;
        manifest["metadata"]!["labels"] = labels.Parent is null ? labels : labels.DeepClone();
        var annotations = manifest["metadata"]!["annotations"]?.DeepClone().AsObject() ?? [];
        annotations[HashAnnotation] = Hash(manifest.ToJsonString());
        manifest["metadata"]!["annotations"] = annotations;
        return manifest;
    }

    private IReadOnlyList<JsonObject> Render(string name, IReadOnlyDictionary<string, string> values)
    {
        var release = releases[name];
        var objects = CatalogYaml.Read(name, CatalogYaml.Fill(name, release.Manifest, values)).Where(IsWanted).ToList();
        foreach (var strategy in addons.Keys.Order(StringComparer.Ordinal).Select(StrategyOf).OfType<IngressStrategy>())
        {
            // What another controller reads says nothing to the one that is there.
            strategy.Annotate(objects, site.IngressClass);
        }

        RestartOnChange(objects);
        return [.. objects.Select(o => Label(o, release))];
    }

    private ImmutableDictionary<string, string> Values(string name, AddonParameters parameters)
    {
        var values = parameters.Values.Add("ingressClass", site.IngressClass);
        return addons.TryGetValue(name, out var addon)
            ? values.Add("namespace", addon.Namespace).SetItems(addon.Parameters).SetItems(site.Parameters.GetValueOrDefault(name) ?? []).SetItems(StrategyOf(name)?.Values ?? [])
            : values;
    }

    private string? Chosen(string name) =>
        site.Parameters.GetValueOrDefault(name)?.GetValueOrDefault(IngressStrategy.Parameter) ?? addons[name].Parameters.GetValueOrDefault(IngressStrategy.Parameter);

    private IngressStrategy? StrategyOf(string name) => Chosen(name) is { } chosen ? addons[name].Strategies.GetValueOrDefault(chosen) : null;

    private void CheckParameters()
    {
        foreach (var (name, values) in site.Parameters)
        {
            var known = addons.GetValueOrDefault(name)?.Parameters ?? throw new FormatException($"{AddonsOptions.Section}:Parameters: there is no add-on {name}.");
            if (values.Keys.FirstOrDefault(k => !known.ContainsKey(k)) is { } unknown)
            {
                throw new FormatException($"{AddonsOptions.Section}:Parameters: {name} has no parameter {unknown}; it has {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
            }
        }

        foreach (var (name, addon) in addons.Where(a => !a.Value.Strategies.IsEmpty))
        {
            if (IngressStrategy.WhyNot(name, addon, Chosen(name) ?? "") is { } why)
            {
                throw new FormatException($"{AddonsOptions.Section}:Parameters:{name}:{IngressStrategy.Parameter}: {why}");
            }
        }
    }
}
