using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Logs;
using Portal.Core.Monitoring.Looks;

namespace Portal.Core.Delivery;

/// <summary>Gives charts the logs of their range: Monitoring asks, the search of logs answers.</summary>
internal sealed class ClusterLookLogs(IProjectLogs logs) : ILookLogs
{
    public async Task<LookLogs> ListAsync(Scope scope, LookQuestion question, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        if (question.Clusters.FirstOrDefault(c => c.Key.ProjectId != scope.ProjectId || c.Key.Region != scope.Region) is { } foreign)
        {
            throw new ForbiddenException(Capability.Read, foreign.Key.ProjectId);
        }

        var search = Search(question);
        var sources = question.Clusters.Select(c => new LogSource(c.Key.ClusterId, c.Name)).ToList();
        var answer = await logs.SearchAsync(scope, sources, search, null, ILookLogs.Most, cancellationToken).ConfigureAwait(false);
        return new(
            [.. answer.Lines.Select(l => new LookLine(l.At, l.Source.ClusterId, l.Namespace, l.Pod, Of(l.Severity), l.Message))],
            answer.Total,
            [.. answer.Sources.Where(s => s.State is LogSourceState.Missing).Select(s => new LookProblem(s.Source.Name, s.Failure ?? new BackendException("elasticsearch", "search", BackendFailure.Unreachable)))])
        {
            IsTotalLower = answer.IsTotalLower,
            Without = [.. answer.Sources.Where(s => s.State is LogSourceState.WithoutElasticsearch).Select(s => s.Source.Name)],
            Kibana = await KibanaAsync(scope, answer.Sources.Where(s => s.State is LogSourceState.Answered), search, cancellationToken).ConfigureAwait(false),
        };
    }

    private static LogSearch Search(LookQuestion question) => new()
    {
        From = question.From,
        To = question.To,
        Namespace = question.Selection.Namespace,
        Workload = question.Selection.Workload?.Name,
        Pod = question.Selection.Pod,
        Node = question.Selection.Node,
    };

    private static LookSeverity Of(LogSeverity severity) => severity switch
    {
        LogSeverity.Error => LookSeverity.Error,
        LogSeverity.Warning => LookSeverity.Warning,
        _ => LookSeverity.Calm,
    };

    // The lines matter more than a link.
    private async Task<ImmutableArray<LookKibana>> KibanaAsync(Scope scope, IEnumerable<LogSourceAnswer> answered, LogSearch search, CancellationToken cancellationToken)
    {
        var links = ImmutableArray.CreateBuilder<LookKibana>();
        foreach (var source in answered.Select(a => a.Source))
        {
            try
            {
                if (await logs.FindKibanaAsync(scope, source, search, null, null, cancellationToken).ConfigureAwait(false) is { } address)
                {
                    links.Add(new(source.Name, address));
                }
            }
            catch (BackendException)
            {
                // No link is offered then.
            }
        }

        return links.ToImmutable();
    }
}
