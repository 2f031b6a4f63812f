using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portal.Core.Addons;

/// <summary>How one ingress controller does one of the portable strategies of balancing load: its adapter, told in its own <c>addon.yaml</c>.</summary>
public sealed record IngressStrategy
{
    /// <summary>The parameter of an ingress controller that chooses the strategy.</summary>
    internal const string Parameter = "strategy";

    /// <summary>Gets the strategies that a site may ask for, whatever the controller.</summary>
    public static ImmutableArray<string> Names { get; } = ["round-robin", "least-connections", "sticky-cookie", "client-ip"];

    /// <summary>Gets values that the controller's own manifest is filled with, beside its parameters.</summary>
    public ImmutableDictionary<string, string> Values { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the annotations of every Ingress of the site's class.</summary>
    public ImmutableDictionary<string, string> Ingress { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the annotations of every Service that such an Ingress leads to.</summary>
    public ImmutableDictionary<string, string> Service { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets why the controller cannot do it, as half a sentence; or null when it can.</summary>
    public string? Refused { get; init; }

    /// <summary>Says why a controller cannot be asked for a strategy; null when it can.</summary>
    internal static string? WhyNot(string controller, AddonDescription description, string wanted)
    {
        var can = string.Join(", ", Names.Where(n => description.Strategies.GetValueOrDefault(n) is { Refused: null }));
        return !Names.Contains(wanted) ? $"there is no strategy {wanted}; {controller} can {can}."
            : description.Strategies.GetValueOrDefault(wanted) is not { } known ? $"{controller} cannot do {wanted}; it can {can}."
            : known.Refused is { } why ? $"{controller} cannot do {wanted}: {why}; it can {can}."
            : null;
    }

    /// <summary>Puts the annotations on the Ingresses of a class, and on the Services among the objects that they lead to.</summary>
    internal void Annotate(IReadOnlyList<JsonObject> objects, string ingressClass)
    {
        foreach (var ingress in objects.Where(o => Kind(o) is "Ingress" && o["spec"]?["ingressClassName"]?.GetValue<string>() == ingressClass))
        {
            Add(ingress, Ingress);
            var backends = (ingress["spec"]!["rules"] as JsonArray ?? []).SelectMany(r => r?["http"]?["paths"] as JsonArray ?? []).Select(p => p?["backend"])
                .Append(ingress["spec"]!["defaultBackend"]).Select(b => b?["service"]?["name"]?.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            foreach (var service in objects.Where(o => Kind(o) is "Service" && backends.Contains(o["metadata"]!["name"]!.GetValue<string>()) && Space(o) == Space(ingress)))
            {
                Add(service, Service);
            }
        }
    }

    private static string? Kind(JsonObject o) => o["kind"]?.GetValue<string>();

    private static string? Space(JsonObject o) => o["metadata"]?["namespace"]?.GetValue<string>();

    private static void Add(JsonObject o, ImmutableDictionary<string, string> more)
    {
        if (more.IsEmpty)
        {
            return;
        }

        var annotations = o["metadata"]!["annotations"] as JsonObject ?? [];
        foreach (var (name, value) in more.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            annotations[name] ??= value;
        }

        o["metadata"]!["annotations"] = annotations.Parent is null ? annotations : annotations.DeepClone();
    }
}
