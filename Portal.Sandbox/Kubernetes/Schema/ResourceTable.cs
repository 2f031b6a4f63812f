using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Schema;

/// <summary>All kinds that one cluster serves now: the built-in ones, its custom ones and metrics.</summary>
internal sealed class ResourceTable
{
    private readonly List<ResourceType> all;

    public ResourceTable(IEnumerable<JsonObject> definitions, bool metrics)
    {
        all = [.. Catalog.BuiltIn];
        foreach (var definition in definitions)
        {
            all.AddRange(Custom(definition));
        }

        if (metrics)
        {
            all.AddRange(Catalog.Metrics);
        }
    }

    public IReadOnlyList<ResourceType> All => all;

    public ResourceType? Find(string group, string version, string plural) =>
        all.Find(r => r.Plural == plural && r.Group == group && r.Version == version);

    public ResourceType? ByKind(string apiVersion, string kind) => all.Find(r => r.Kind == kind && r.ApiVersion == apiVersion);

    public ResourceType? ByStorage(string storage) => all.Find(r => r.Storage == storage && r.Stored);

    public bool HasGroup(string group) => all.Exists(r => r.Group == group);

    private static IEnumerable<ResourceType> Custom(JsonObject definition)
    {
        var names = definition.At("spec.names")!.AsObject();
        foreach (var version in definition.At("spec.versions")!.AsArray().OfType<JsonObject>().Where(v => v.Bool("served")))
        {
            yield return new ResourceType
            {
                Group = definition.Str("spec.group"),
                Version = version.Str("name"),
                Plural = names.Str("plural"),
                Singular = names.Str("singular"),
                Kind = names.Str("kind"),
                ListKindName = names.Str("listKind"),
                Namespaced = definition.Str("spec.scope") == "Namespaced",
                ShortNames = names.Strings("shortNames"),
                Categories = names.Strings("categories"),
                Subresources = version.At("subresources") is JsonObject subs ? [.. subs.Select(s => s.Key).Order(StringComparer.Ordinal)] : [],
                Verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
                CustomSchema = version.At("schema.openAPIV3Schema") as JsonObject,
                Columns = version["additionalPrinterColumns"] as JsonArray,
                IsCustom = true,
            };
        }
    }
}
