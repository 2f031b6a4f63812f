using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Monitoring.Charts;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Alerts;

/// <summary>What the cluster itself tells of the hour before an alert: deliveries, nodes that came and left.</summary>
public sealed class AlertChanges(LookSources sources)
{
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);
    private string? _asked;

    /// <summary>Gets what changed, the youngest first.</summary>
    public IReadOnlyList<ChartMark> Items { get; private set; } = [];

    /// <summary>Gets whether an answer came for the alert that is open.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Gets whether something could not be read.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Gets what is being asked; ends when the page is left.</summary>
    public Task Asking { get; private set; } = Task.CompletedTask;

    /// <summary>Asks for it beside the page, once for each alert that is opened: of its namespace, or of the whole cluster where it has none.</summary>
    public void Learn(Scope scope, AlertItem? item, Action changed, CancellationToken cancellationToken)
    {
        if (_asked == item?.Key)
        {
            return;
        }

        (_asked, Items, IsLoaded, IsMissing) = (item?.Key, [], false, false);
        if (item is not null)
        {
            Asking = Task.WhenAll(Asking, AskAsync(scope, item, changed, cancellationToken));
        }
    }

    private async Task AskAsync(Scope scope, AlertItem item, Action changed, CancellationToken cancellationToken)
    {
        var (from, to) = (item.Alert.StartsAt - Before, item.Alert.StartsAt);
        var question = new LookQuestion(
            [new(new ClusterKey(scope.Region, scope.ProjectId, item.ClusterId), item.ClusterName)], from, to, new ChartSelection { Namespace = item.Alert.Labels.GetValueOrDefault("namespace") });
        try
        {
            var (marks, isWhole) = await new ChangeMarks(sources).ReadAsync(scope, question, TimeRange.Between(from, to), cancellationToken);
            if (_asked == item.Key)
            {
                (Items, IsLoaded, IsMissing) = ([.. marks.OrderByDescending(m => m.At)], true, !isWhole);
                changed();
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }
}
