using System.Text.Json.Nodes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>The namespaces that add-ons live in, each with what its pods may do.</summary>
internal static class AddonNamespaces
{
    private const string Kubernetes = "kube-system";

    // In every cluster, made with the zones.
    private const string Monitoring = "monitoring";

    /// <summary>Gives the namespaces of add-ons.</summary>
    public static IReadOnlyList<string> Names(AddonCatalog catalog, IEnumerable<string> addons) =>
        [.. addons.SelectMany(a => (string[])[catalog.Addons[a].Namespace, .. catalog.Addons[a].AlsoNamespaces]).Distinct(StringComparer.Ordinal)];

    /// <summary>Gives their objects. What a namespace allows depends on every add-on that could live in it, so that adding one later changes nothing. Kubernetes' own is left as it is.</summary>
    public static IReadOnlyList<JsonObject> Objects(AddonCatalog catalog, IEnumerable<string> addons) =>
    [
        .. Names(catalog, addons).Where(n => n is not (Kubernetes or Monitoring)).SelectMany(space => catalog.RenderNamespace(
            space, catalog.Addons.Any(a => a.Value.Namespace == space && (a.Value.PodSecurity == "privileged" || NeedsNode(catalog, a.Key))) ? "privileged" : "baseline")),
    ];

    // A site may choose the nodes' own ports by a parameter; the description cannot know.
    private static bool NeedsNode(AddonCatalog catalog, string addon) => catalog.Render(addon, PlatformObjects.NoParameters)
        .SelectMany(o => o["spec"]?["template"]?["spec"]?["containers"]?.AsArray() ?? []).SelectMany(c => c?["ports"]?.AsArray() ?? []).Any(p => p?["hostPort"] is not null);

    /// <summary>Gets whether the namespace's default account may be given the pull secret; Kubernetes' own accounts are left alone.</summary>
    public static bool IsOurs(string space) => space != Kubernetes;

    /// <summary>Gives the add-ons that a plan installs.</summary>
    public static IReadOnlyList<string> AddonsOf(this InitialisationTools tools, Plan plan) =>
    [
        .. plan.Steps.Where(s => s.Id.StartsWith(AddonStep.Prefix, StringComparison.Ordinal)).Select(s => s.Id[AddonStep.Prefix.Length..]).Where(tools.Catalog.Addons.ContainsKey),
    ];
}
