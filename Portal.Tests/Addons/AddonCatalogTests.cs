using System.Text.Json.Nodes;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

public sealed class AddonCatalogTests
{
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder", DnsAddress = "10.254.0.10" };
    private readonly AddonCatalog catalog = new();

    public static TheoryData<string> Names => [.. new AddonCatalog().Releases.Keys.Where(n => n is not "namespace").Order()];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Manifest_AgainstTheRealServersSchema_HasNoProblem(string name)
    {
        var schema = OpenApiSchema.Load();
        Skip.If(schema is null, "the recordings are not beside this checkout");

        Assert.Empty(catalog.Render(name, Parameters).SelectMany(schema.Problems));
    }

    [SkippableFact]
    public void Schema_WithASpoiledManifest_FindsIt()
    {
        var schema = OpenApiSchema.Load();
        Skip.If(schema is null, "the recordings are not beside this checkout");
        var deployment = catalog.Render("kube-state-metrics", Parameters).Single(o => o["kind"]!.GetValue<string>() == "Deployment");
        deployment["spec"]!["replicaz"] = 1;
        deployment["spec"]!["replicas"] = "one";

        Assert.Equal(2, schema.Problems(deployment).Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Images_OfEveryAddon_ComeFromTheSiteAndArePinned(string name)
    {
        Assert.All(AddonCatalog.Images(catalog.Render(name, Parameters)), image =>
        {
            Assert.StartsWith("harbor.example.test/platform/", image, StringComparison.Ordinal);
            Assert.Matches(":v?[0-9]+\\.v?[0-9]+", image);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Objects_OfEveryRelease_CarryTheirAddonAndVersion(string name)
    {
        Assert.All(catalog.Render(name, Parameters), o =>
        {
            Assert.Equal(name, o["metadata"]!["labels"]!["container-platform/addon"]!.GetValue<string>());
            Assert.Equal(catalog.Releases[name].Version, o["metadata"]!["labels"]!["container-platform/version"]!.GetValue<string>());
        });
    }

    [Fact]
    public void AccessRoles_ForPeople_CannotReadSecrets()
    {
        var rules = catalog.Render("access", Parameters).Where(o => o["kind"]!.GetValue<string>() == "ClusterRole").SelectMany(o => o["rules"]!.AsArray());

        Assert.DoesNotContain(rules.SelectMany(r => r!["resources"]?.AsArray() ?? []), r => r!.GetValue<string>() is "secrets" or "*");
    }

    [Fact]
    public void Zones_ForMembers_GiveEditInTestOnly()
    {
        var bindings = catalog.Render("zones", Parameters).Where(o => o["kind"]!.GetValue<string>() == "RoleBinding")
            .ToDictionary(o => o["metadata"]!["namespace"]!.GetValue<string>(), o => o["roleRef"]!["name"]!.GetValue<string>());

        Assert.Equal("edit", bindings["zone-test"]);
        Assert.Equal("view", bindings["zone-prod"]);
        Assert.Equal("view", bindings["monitoring"]);
    }

    [Fact]
    public void Render_WithoutAValue_NamesTheParameter()
    {
        var folder = Directory.CreateTempSubdirectory();
        Directory.CreateDirectory(Path.Combine(folder.FullName, "prometheus", "9"));
        File.WriteAllText(Path.Combine(folder.FullName, "prometheus", "9", "manifest.yaml"), "kind: ConfigMap\nmetadata: {name: '${unknown}'}\n");
        var overridden = new AddonCatalog(new AddonsOptions { CatalogFolder = folder.FullName });

        var error = Assert.Throws<FormatException>(() => overridden.Render("prometheus", Parameters));

        Assert.Contains("${unknown}", error.Message, StringComparison.Ordinal);
        folder.Delete(true);
    }

    internal static IEnumerable<JsonNode> Containers(IEnumerable<JsonObject> objects) =>
        objects.SelectMany(o => o["spec"]?["template"]?["spec"]?["containers"]?.AsArray() ?? []).OfType<JsonNode>();
}
