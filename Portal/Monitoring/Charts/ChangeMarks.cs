using Portal.Core.Backends;
using Portal.Core.Monitoring.Looks;
using Portal.Monitoring.Looks;
using Portal.Shared;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Monitoring.Charts;

/// <summary>What clusters themselves tell of a range: deliveries, nodes that came and left. Charts do not wait for it.</summary>
public sealed class ChangeMarks(LookSources sources)
{
    /// <summary>Gives the marks; what cannot be read is left out, the charts matter more.</summary>
    public async Task<IReadOnlyList<ChartMark>> ListAsync(Scope scope, LookQuestion question, TimeRange range, CancellationToken cancellationToken) =>
        (await ReadAsync(scope, question, range, cancellationToken)).Marks;

    /// <summary>Gives the marks, and whether everything could be read.</summary>
    public async Task<(IReadOnlyList<ChartMark> Marks, bool IsWhole)> ReadAsync(Scope scope, LookQuestion question, TimeRange range, CancellationToken cancellationToken)
    {
        try
        {
            var delivering = sources.Deliveries.ListAsync(scope, question, cancellationToken);
            var changed = await sources.Nodes.ListAsync(scope, question, cancellationToken);
            var delivered = await delivering;
            return (
            [
                .. delivered.Items.Select(d => Of(scope.ProjectId, d, range)),
                .. changed.Items.Select(c => new ChartMark(c.At.ToUnixTimeSeconds(), "change", Sentence.With(c.Joined ? LookText.MarkJoined : LookText.MarkGone, ("node", c.Node)), ProjectRoutes.Cluster(scope.ProjectId, c.ClusterId, "nodes"))),
            ], delivered.Problems.IsEmpty && changed.Problems.IsEmpty);
        }
        catch (Exception e) when (e is BackendException or ForbiddenException)
        {
            return ([], false);
        }
    }

    private static ChartMark Of(string projectId, LookDelivery delivery, TimeRange range) => new(
        delivery.At.ToUnixTimeSeconds(),
        "delivery",
        Sentence.With(LookText.MarkDelivery, ("workload", delivery.Workload.Name), ("what", LookWords.Changed(delivery))),
        LookLinks.Charts(projectId, delivery, range));
}
