using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Metrics;

namespace Portal.Tests.Support.Fakes;

/// <summary>Numbers that look like a shop's day for any expression; a test may make a cluster fail, or say itself what is answered.</summary>
internal sealed partial class FakeMetrics : IClusterMetrics
{
    private static readonly string[] Names = ["node-1", "node-2", "node-3"];

    public Func<ClusterKey, string, Exception?> Failing { get; set; } = (_, _) => null;

    public Func<string, RangeWindow, ImmutableArray<MetricSeries>?> Series { get; set; } = (_, _) => null;

    public InstantAnswer Instant { get; set; } = new(InstantKind.Vector, []);

    public ImmutableArray<string> Warnings { get; set; } = [];

    public List<string> Asked { get; } = [];

    public ImmutableArray<MetricLabels> Pods { get; set; } =
    [
        Pod("zone-prod", "shop-api-58c7d9f6b5-b1", "node-1", "ReplicaSet", "shop-api-58c7d9f6b5"),
        Pod("zone-prod", "shop-db-0", "node-2", "StatefulSet", "shop-db"),
        Pod("kube-system", "coredns-5d78c9869d-8fx2p", "node-1", "ReplicaSet", "coredns-5d78c9869d"),
    ];

    public static MetricLabels Pod(string ns, string name, string node, string kind, string creator) =>
        new([new("created_by_kind", kind), new("created_by_name", creator), new("namespace", ns), new("node", node), new("pod", name)]);

    public Task<RangeAnswer> QueryRangeAsync(Scope scope, ClusterKey cluster, string expression, RangeWindow window, CancellationToken cancellationToken)
    {
        Look(scope, cluster, expression);
        return Task.FromResult(new RangeAnswer(window, Series(expression, window) ?? MakeUp(expression, window)) { Warnings = Warnings });
    }

    public Task<InstantAnswer> QueryAsync(Scope scope, ClusterKey cluster, string expression, DateTimeOffset at, CancellationToken cancellationToken)
    {
        Look(scope, cluster, expression);
        return Task.FromResult(Instant);
    }

    public Task<ImmutableArray<string>> ListLabelsAsync(Scope scope, ClusterKey cluster, string? match, CancellationToken cancellationToken)
    {
        Look(scope, cluster, "labels");
        return Task.FromResult<ImmutableArray<string>>(["instance", "job", "node"]);
    }

    public Task<ImmutableArray<string>> ListLabelValuesAsync(Scope scope, ClusterKey cluster, string label, string? match, RangeWindow? window, CancellationToken cancellationToken)
    {
        Look(scope, cluster, label);
        return Task.FromResult<ImmutableArray<string>>(label == "__name__" ? ["node_cpu_seconds_total", "node_load1", "up"] : [.. Names]);
    }

    public Task<ImmutableArray<MetricLabels>> ListSeriesAsync(Scope scope, ClusterKey cluster, string match, RangeWindow window, CancellationToken cancellationToken)
    {
        Look(scope, cluster, match);
        return Task.FromResult(Pods);
    }

    public Task<ImmutableDictionary<string, MetricDescription>> DescribeAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) =>
        Task.FromResult(ImmutableDictionary<string, MetricDescription>.Empty.Add("node_cpu_seconds_total", new("counter", "Seconds the CPUs spent in each mode.")));

    public Task<string> GetVersionAsync(Scope scope, ClusterKey cluster, CancellationToken cancellationToken) => Task.FromResult("2.42.0+ds");

    private static ImmutableArray<MetricSeries> MakeUp(string expression, RangeWindow window)
    {
        if (expression.Contains("traefik", StringComparison.Ordinal) || expression.Contains("harbor", StringComparison.Ordinal))
        {
            return [];
        }

        var labels = By().Match(expression) is { Success: true } by ? by.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries) : [];
        var scale = expression.Contains("bytes", StringComparison.Ordinal) && !expression.StartsWith("1 -", StringComparison.Ordinal) && !expression.Contains(" / ", StringComparison.Ordinal) ? 3e8 : 0.4;
        return [.. Names.Take(labels.Length == 0 ? 1 : 3).Select((name, n) => new MetricSeries(
            new MetricLabels([.. labels.Select(l => KeyValuePair.Create(l, l == "node" ? name : $"{l}-{n + 1}"))]),
            [.. Enumerable.Range(0, window.Count).Select(at => at > window.Count * 2 / 5 && at < window.Count * 9 / 20 ? double.NaN : scale * (1 + (0.3 * n) + (0.3 * Math.Sin((at / 9.0) + n + expression.Length)) + (0.05 * Math.Sin(at * 1.7))))]))];
    }

    private void Look(Scope scope, ClusterKey cluster, string expression)
    {
        scope.Demand(Capability.Read);
        lock (Asked)
        {
            Asked.Add(expression);
        }

        if (Failing(cluster, expression) is { } failure)
        {
            throw failure;
        }
    }

    [GeneratedRegex(@"by \(([^)]+)\)")]
    private static partial Regex By();
}
