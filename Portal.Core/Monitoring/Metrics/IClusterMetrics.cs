using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Monitoring.Metrics;

/// <summary>
/// The numbers of a project's clusters, from each cluster's own Prometheus; needs <see cref="Capability.Read"/> and refuses another
/// project's cluster. The cluster is the unit of confidentiality, so any expression may be asked. Answers are shared for a moment
/// between those who ask the same.
/// </summary>
public interface IClusterMetrics
{
    /// <summary>Asks for a range (<c>POST /api/v1/query_range</c>).</summary>
    /// <exception cref="ForbiddenException">The scope may not read the cluster's project.</exception>
    /// <exception cref="BackendException">See <see cref="MetricTroubles.Of"/> and <see cref="QueryError.Of"/>.</exception>
    Task<RangeAnswer> QueryRangeAsync(Scope scope, ClusterKey cluster, string expression, RangeWindow window, CancellationToken cancellationToken);

    /// <summary>Asks for a moment (<c>POST /api/v1/query</c>); whole seconds count.</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<InstantAnswer> QueryAsync(Scope scope, ClusterKey cluster, string expression, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Lists the names of labels, of the series that match or of all (<c>/api/v1/labels</c>).</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<ImmutableArray<string>> ListLabelsAsync(Scope scope, ClusterKey cluster, string? match, CancellationToken cancellationToken);

    /// <summary>Lists the values of a label; those of <c>__name__</c> are the metrics (<c>/api/v1/label/…/values</c>).</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<ImmutableArray<string>> ListLabelValuesAsync(Scope scope, ClusterKey cluster, string label, string? match, RangeWindow? window, CancellationToken cancellationToken);

    /// <summary>Lists the series that match in a range, at most 5,000 (<c>/api/v1/series</c>).</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<ImmutableArray<MetricLabels>> ListSeriesAsync(Scope scope, ClusterKey cluster, string match, RangeWindow window, CancellationToken cancellationToken);

    /// <summary>Gives what Prometheus knows of its metrics, by name (<c>/api/v1/metadata</c>).</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<ImmutableDictionary<string, MetricDescription>> DescribeAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken);

    /// <summary>Gives Prometheus' version as its packager calls it: <c>2.42.0+ds</c> (<c>/api/v1/status/buildinfo</c>).</summary>
    /// <inheritdoc cref="QueryRangeAsync"/>
    Task<string> GetVersionAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken);
}
