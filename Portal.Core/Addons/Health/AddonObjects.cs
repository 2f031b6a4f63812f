using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons.Health;

/// <summary>What of the add-ons is in a cluster: every object with their label, of the types that this identity may list.</summary>
internal sealed class AddonObjects
{
    private readonly Dictionary<string, JsonObject> byKey = new(StringComparer.Ordinal);
    private readonly HashSet<string> unreadable = new(StringComparer.Ordinal);

    /// <summary>Lists them, a call for each type.</summary>
    /// <exception cref="BackendException">The API does not answer.</exception>
    public static async Task<AddonObjects> ListAsync(IKubernetesApi api, IEnumerable<KubernetesResource> types, CancellationToken cancellationToken)
    {
        var objects = new AddonObjects();
        foreach (var type in types.Distinct())
        {
            try
            {
                foreach (var item in await api.ListAsync(type, null, cancellationToken, labelSelector: "container-platform/addon").ConfigureAwait(false))
                {
                    objects.byKey[Key(type.Kind, item)] = item;
                }
            }
            catch (BackendException e) when (e.Failure is BackendFailure.Forbidden)
            {
                // People do not see roles and bindings; what cannot be seen is not called missing.
                objects.unreadable.Add(type.Kind);
            }
        }

        return objects;
    }

    /// <summary>Gives the live object of a manifest, or null.</summary>
    public JsonObject? Find(JsonObject manifest) => byKey.GetValueOrDefault(Key(Kind(manifest), manifest));

    /// <summary>Gets whether this identity may see such an object at all.</summary>
    public bool CanSee(JsonObject manifest) => !unreadable.Contains(Kind(manifest));

    /// <summary>Gives the names of the add-ons of which anything is there.</summary>
    public IEnumerable<string> Names() => byKey.Values.Select(o => Label(o, "container-platform/addon")).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>Gives a label's value, or null.</summary>
    public static string? Label(JsonObject o, string label) => o["metadata"]?["labels"]?[label]?.GetValue<string>();

    /// <summary>Gives an object's kind.</summary>
    public static string Kind(JsonObject o) => o["kind"]!.GetValue<string>();

    /// <summary>Gives the namespace, or null.</summary>
    public static string? Space(JsonObject o) => o["metadata"]?["namespace"]?.GetValue<string>();

    /// <summary>Gives namespace and name.</summary>
    public static string Name(JsonObject o) => o["metadata"]?["namespace"]?.GetValue<string>() is { } space ? $"{space}/{o["metadata"]!["name"]}" : $"{o["metadata"]!["name"]}";

    private static string Key(string kind, JsonObject o) => $"{kind} {Name(o)}";
}
