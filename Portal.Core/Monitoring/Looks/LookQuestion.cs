using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Monitoring.Dashboards;

namespace Portal.Core.Monitoring.Looks;

/// <summary>A cluster that is looked into.</summary>
/// <param name="Key">Which.</param>
/// <param name="Name">Its name, for people.</param>
public sealed record LookCluster(ClusterKey Key, string Name);

/// <summary>What somebody who saw something in a chart wants to know more of.</summary>
/// <param name="Clusters">The clusters.</param>
/// <param name="From">First moment (UTC).</param>
/// <param name="To">Last moment (UTC).</param>
/// <param name="Selection">What in them; nothing chosen is all of it.</param>
public sealed record LookQuestion(ImmutableArray<LookCluster> Clusters, DateTimeOffset From, DateTimeOffset To, ChartSelection Selection);

/// <summary>A cluster whose part is missing.</summary>
/// <param name="ClusterName">Its name.</param>
/// <param name="Failure">What was met.</param>
public sealed record LookProblem(string ClusterName, BackendException Failure);

/// <summary>What was found, the youngest first.</summary>
/// <param name="Items">The youngest of them.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Problems">The clusters that are missing.</param>
public sealed record LookPart<T>(ImmutableArray<T> Items, int Total, ImmutableArray<LookProblem> Problems);
