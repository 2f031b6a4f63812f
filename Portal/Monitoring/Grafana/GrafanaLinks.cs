using System.Globalization;
using Portal.Core.Monitoring.Grafana;
using Portal.Shell;

namespace Portal.Monitoring.Grafana;

/// <summary>Addresses of imported dashboards.</summary>
internal static class GrafanaLinks
{
    /// <summary>The list, and the form that imports one.</summary>
    public static string List(string projectId) => ProjectRoutes.Charts(projectId) + "/imported";

    /// <summary>A dashboard.</summary>
    public static string Dashboard(string projectId, string id) => $"{List(projectId)}/{Uri.EscapeDataString(id)}";

    /// <summary>Where a chart of a dashboard fetches its numbers: names and values, no PromQL.</summary>
    public static string Points(string projectId, GrafanaView view, string panelId, long from, long to)
    {
        var values = new List<(string Name, string Value)> { ("panel", panelId), ("cluster", view.Cluster.ClusterId), ("start", from.ToString(CultureInfo.InvariantCulture)), ("end", to.ToString(CultureInfo.InvariantCulture)) };
        values.AddRange(view.Choices.Where(c => !c.Variable.IsHidden || c.Variable.Kind is GrafanaVariableKind.Query or GrafanaVariableKind.Custom).SelectMany(c => c.Values.Select(v => (GrafanaAddress.Prefix + c.Variable.Name, v))));
        return $"/api/p/{Uri.EscapeDataString(projectId)}/charts/imported/{Uri.EscapeDataString(view.File.Id)}/points?{string.Join('&', values.Select(v => $"{v.Name}={Uri.EscapeDataString(v.Value)}"))}";
    }
}
