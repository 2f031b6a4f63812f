using System.Collections.Immutable;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Watching;

/// <summary>The last known rows of one project, as they are kept over a restart.</summary>
internal sealed record KeptRows
{
    public static readonly DocumentType<KeptRows> Type = new("cluster_rows", 1, r => ["project:" + r.ProjectId, "region:" + r.Region]);

    /// <summary>Gets cloud and region: <c>openstack/RegionOne</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Gets the Keystone project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets when these rows were true first (UTC).</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Gets the rows.</summary>
    public required ImmutableArray<ClusterRow> Rows { get; init; }
}

/// <summary>When a whole region was asked for last: until then every kept row of it was still true.</summary>
internal sealed record KeptPoll
{
    public static readonly DocumentType<KeptPoll> Type = new("cluster_polls", 1, _ => []);

    /// <summary>Gets when (UTC).</summary>
    public required DateTimeOffset AskedAt { get; init; }
}
