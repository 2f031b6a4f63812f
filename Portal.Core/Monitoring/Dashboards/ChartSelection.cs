using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Core.Monitoring.Dashboards;

/// <summary>A controller of pods.</summary>
/// <param name="Kind"><c>Deployment</c>, <c>StatefulSet</c>, <c>DaemonSet</c>, <c>Job</c>, …</param>
/// <param name="Name">Its name.</param>
public sealed record WorkloadName(string Kind, string Name)
{
    private const string Suffix = "[a-z0-9]+";

    /// <summary>Gets the kind that stands as a pod's creator: a Deployment makes ReplicaSets, which make pods.</summary>
    public string CreatorKind => Kind is "Deployment" ? "ReplicaSet" : Kind;

    /// <summary>Gets the regular expression of the creators' names.</summary>
    public string CreatorPattern => PromQl.Literally(Name) + (Kind is "Deployment" ? "-" + Suffix : "");

    /// <summary>Reads <c>Deployment/shop-api</c>; null for anything else.</summary>
    public static WorkloadName? Parse(string? text) =>
        text?.Split('/', 2) is [{ Length: > 0 and < 64 } kind, { Length: > 0 and < 254 } name] ? new WorkloadName(kind, name) : null;

    /// <summary>Gives the controller of a pod by what <c>kube_pod_info</c> says; null for a pod that nobody made or a node did.</summary>
    public static WorkloadName? Of(string creatorKind, string creatorName) => creatorKind switch
    {
        "" or "<none>" or "Node" => null,
        "ReplicaSet" when creatorName.LastIndexOf('-') is var dash and > 0 => new WorkloadName("Deployment", creatorName[..dash]),
        _ => new WorkloadName(creatorKind, creatorName),
    };

    /// <inheritdoc />
    public override string ToString() => $"{Kind}/{Name}";
}

/// <summary>What a dashboard is about: the values that its queries ask for.</summary>
public sealed partial record ChartSelection
{
    /// <summary>Gets the node, or null.</summary>
    public string? Node { get; init; }

    /// <summary>Gets the namespace, or null.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets the controller, or null.</summary>
    public WorkloadName? Workload { get; init; }

    /// <summary>Gets the pod, or null.</summary>
    public string? Pod { get; init; }

    /// <summary>Gets whether everything that a dashboard's queries ask for is chosen.</summary>
    public bool Suits(DashboardKind kind) => kind switch
    {
        DashboardKind.Node => Node is not null,
        DashboardKind.Zone => Namespace is not null,
        DashboardKind.Workload => Namespace is not null && Workload is not null,
        DashboardKind.Pod => Namespace is not null && Pod is not null,
        _ => true,
    };

    /// <summary>Fills a template. Values are quoted, so whatever they hold, they stay one literal.</summary>
    /// <param name="template">A <see cref="PanelQuery.Expression"/>.</param>
    /// <param name="step">The grid's step in seconds: a rate looks back at least as far, and at least five minutes.</param>
    public string Fill(string template, int step) => Variable().Replace(template, found => found.Value switch
    {
        "$node" => PromQl.Quote(Node ?? ""),
        "$namespace" => PromQl.Quote(Namespace ?? ""),
        "$pod" => PromQl.Quote(Pod ?? ""),
        "$name" => PromQl.Quote(Workload?.Name ?? ""),
        "$kind" => PromQl.Quote(Workload?.CreatorKind ?? ""),
        "$creators" => PromQl.Quote(Workload?.CreatorPattern ?? ""),
        "$window" => Math.Max(300, step).ToString(CultureInfo.InvariantCulture) + "s",
        _ => found.Value,
    });

    [GeneratedRegex(@"\$[a-z]+", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
