using System.Text.RegularExpressions;
using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Looks;

/// <summary>Says whether something belongs to what is selected.</summary>
public static class LookPlace
{
    /// <summary>Says it of an object of a cluster.</summary>
    /// <param name="selection">What is selected.</param>
    /// <param name="kind">Kind.</param>
    /// <param name="ns">Namespace; empty for what has none.</param>
    /// <param name="name">Name.</param>
    /// <param name="node">The node that tells of it; may be empty.</param>
    public static bool Has(ChartSelection selection, string kind, string ns, string name, string node = "") => selection switch
    {
        { Node: { } wanted } => (kind == "Node" && name == wanted) || node == wanted,
        { Namespace: { } space } when ns != space => kind == "Namespace" && name == space && selection is { Workload: null, Pod: null },
        { Pod: { } pod } => kind == "Pod" && name == pod,
        { Workload: { } workload } => IsOf(workload, $"{kind}/{name}"),
        _ => true,
    };

    /// <summary>Says it of an alert, by its labels.</summary>
    public static bool Has(ChartSelection selection, IReadOnlyDictionary<string, string> labels)
    {
        string Label(string name) => labels.TryGetValue(name, out var value) ? value : "";
        if (selection.Node is { } node)
        {
            return Label("node") == node;
        }

        return (selection.Namespace is not { } space || Label("namespace") == space)
            && (selection.Pod is not { } pod || Label("pod") == pod)
            && (selection.Workload is not { } workload || Label(workload.Kind.ToLowerInvariant()) == workload.Name || IsOf(workload, $"Pod/{Label("pod")}"));
    }

    // A Deployment's sets and pods have a hash each behind its name, others' pods one word.
    private static bool IsOf(WorkloadName workload, string named)
    {
        var name = Regex.Escape(workload.Name);
        var made = workload.Kind switch
        {
            "Deployment" => $"ReplicaSet/{name}-[a-z0-9]+|Pod/{name}-[a-z0-9]+-[a-z0-9]+",
            "CronJob" => $"Job/{name}-[0-9]+|Pod/{name}-[0-9]+-[a-z0-9]+",
            _ => $"Pod/{name}-[a-z0-9]+",
        };
        return Regex.IsMatch(named, $"^(?:{Regex.Escape(workload.Kind)}/{name}|HorizontalPodAutoscaler/{name}|{made})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}
