using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;
using Portal.Provisioning;
using Portal.Shell;

namespace Portal.Monitoring.Charts;

/// <summary>What happened to clusters in a range: alerts that began, plans that ran.</summary>
public sealed class ChartMarks(IProjectAlerts alerts, IPlanService plans)
{
    /// <summary>Charts show at most so many.</summary>
    public const int Most = 60;

    /// <summary>Gives the marks by time; what cannot be read is left out, the charts matter more.</summary>
    public async Task<IReadOnlyList<ChartMark>> ListAsync(Scope scope, IReadOnlyDictionary<string, string> clusters, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var marks = new List<ChartMark>();
        try
        {
            marks.AddRange((await alerts.ListAsync(scope, cancellationToken))
                .Where(b => clusters.ContainsKey(b.ClusterId))
                .SelectMany(b => b.Alerts.Select(a => new AlertItem(b.ClusterId, clusters[b.ClusterId], a)))
                .Where(i => i.Alert.StartsAt >= from && i.Alert.StartsAt <= to && i.Severity is not AlertSeverity.Info)
                .Select(i => Of(scope, i, clusters.Count > 1)));
            foreach (var (id, _) in clusters)
            {
                marks.AddRange((await plans.ListAsync(scope, ClusterPlans.Subject(id), cancellationToken)).Where(p => p.CreatedAt >= from && p.CreatedAt <= to).Select(p => Of(scope, p)));
            }
        }
        catch (Exception e) when (e is BackendException or ForbiddenException)
        {
            // Alerts and plans have pages of their own that say so.
        }

        return [.. marks.OrderByDescending(m => m.At).Take(Most).Reverse()];
    }

    private static ChartMark Of(Scope scope, AlertItem item, bool several) => new(
        item.Alert.StartsAt.ToUnixTimeSeconds(),
        "alert",
        string.Join(' ', new[] { item.Name, item.Where, several ? item.ClusterName : "" }.Where(t => t.Length > 0)),
        $"{ProjectRoutes.Alerts(scope.ProjectId)}?alert={Uri.EscapeDataString(item.Key)}");

    private static ChartMark Of(Scope scope, Plan plan) => new(
        plan.CreatedAt.ToUnixTimeSeconds(),
        plan.Kind == ClusterPlans.Resize ? "scaling" : "change",
        PlanWords.Title(plan),
        ProjectRoutes.Plan(scope.ProjectId, plan.Id));
}
