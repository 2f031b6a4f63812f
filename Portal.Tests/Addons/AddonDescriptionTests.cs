using System.Text.Json.Nodes;
using Portal.Core.Addons;
using Portal.Core.Addons.Initialisation;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>What an add-on says of itself, and what the site says of it.</summary>
public sealed class AddonDescriptionTests : IDisposable
{
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. new AddonCatalog().Addons.Keys.Order()];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Addon_OfTheCatalog_ChecksItselfInAKnownPhaseAfterKnownAddons(string name)
    {
        var catalog = new AddonCatalog();
        var addon = catalog.Describe(name, Parameters);

        Assert.NotEmpty(addon.Checks);
        Assert.Contains(addon.Phase, new[] { "network", "monitoring", "logs", "pipelines" });
        Assert.Contains(addon.PodSecurity, new[] { "baseline", "privileged" });
        Assert.All(addon.After, a => Assert.Contains(a, catalog.Addons.Keys));
        Assert.All(catalog.Render(name, Parameters).Select(o => o["metadata"]!["namespace"]).OfType<JsonNode>(), n => Assert.Contains(n.GetValue<string>(), addon.AlsoNamespaces.Insert(0, addon.Namespace)));
    }

    [Fact]
    public void Description_UnknownField_IsNamed()
    {
        Write("prometheus", "namespace: monitoring\nphase: monitoring\nchekcs: []\n", "kind: ConfigMap\nmetadata: {name: x}\n");

        var error = Assert.Throws<FormatException>(() => Catalog());

        Assert.Contains("chekcs", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_SetByTheSite_TakeThePlaceOfDefaults()
    {
        var site = new AddonsOptions();
        site.Parameters["prometheus"] = new() { ["retention"] = "3d" };

        var rendered = string.Concat(new AddonCatalog(site).Render("prometheus", Parameters).Select(o => o.ToJsonString()));

        Assert.Contains("--storage.tsdb.retention.time=3d", rendered, StringComparison.Ordinal);
        Assert.Contains("--storage.tsdb.retention.size=15GB", rendered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prometheus", "retentoin")]
    [InlineData("no-such", "x")]
    public void Parameters_ThatDoNotExist_AreRefusedAtStart(string addon, string key)
    {
        var site = new AddonsOptions();
        site.Parameters[addon] = new() { [key] = "1" };

        Assert.Throws<FormatException>(() => new AddonCatalog(site));
    }

    [Fact]
    public void Folder_WithAManifestAlone_KeepsTheShippedDescription()
    {
        Write("prometheus", null, "kind: ConfigMap\nmetadata: {name: mine, namespace: '${namespace}'}\n");

        var mine = Assert.Single(Catalog().Render("prometheus", Parameters));

        Assert.Equal("monitoring", (string)mine["metadata"]!["namespace"]!);
    }

    [Fact]
    public void Manifest_WithAConditionAndForeignPlaceholders_RendersWhatApplies()
    {
        Write("prometheus", "namespace: n\nphase: network\nparameters: {kind: one}\n", """
            kind: ConfigMap
            metadata: {name: a, annotations: {container-platform/when: '${kind}=one'}}
            data: {file: 'tag $${tag} of ${cluster}'}
            ---
            kind: ConfigMap
            metadata: {name: b, annotations: {container-platform/when: '${kind}=two'}}
            """);

        var one = Assert.Single(Catalog().Render("prometheus", Parameters));

        Assert.Equal("tag ${tag} of shop-prod-1", (string)one["data"]!["file"]!);
        Assert.Null(one["metadata"]!["annotations"]!["container-platform/when"]);
    }

    [Fact]
    public void Namespaces_OfAddons_AllowWhatTheWidestOfThemNeeds()
    {
        Write("prometheus", "namespace: logging\nphase: logs\n", "kind: ConfigMap\nmetadata: {name: a}\n");
        Write("node-exporter", "namespace: logging\nphase: logs\npodSecurity: privileged\n", "kind: ConfigMap\nmetadata: {name: b}\n");

        var made = AddonNamespaces.Objects(Catalog(), ["prometheus", "kube-state-metrics"]);

        Assert.Equal(["Namespace logging", "RoleBinding portal-member-view"], made.Select(o => $"{o["kind"]} {o["metadata"]!["name"]}"));
        Assert.Equal("privileged", (string)made[0]["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]!);
    }

    private AddonCatalog Catalog() => new(new AddonsOptions { CatalogFolder = folder.Path });

    private void Write(string name, string? description, string manifest)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder.Path, name, "9")).FullName;
        File.WriteAllText(Path.Combine(place, "manifest.yaml"), manifest);
        if (description is not null)
        {
            File.WriteAllText(Path.Combine(place, "addon.yaml"), description);
        }
    }
}
