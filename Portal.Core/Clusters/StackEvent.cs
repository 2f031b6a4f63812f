namespace Portal.Core.Clusters;

/// <summary>An event of a cluster's Heat stack.</summary>
/// <param name="Id">Heat's id.</param>
/// <param name="At">When (UTC).</param>
/// <param name="LogicalId">Logical resource id: <c>kube_masters</c>.</param>
/// <param name="PhysicalId">Physical resource id, may be empty.</param>
/// <param name="Status">Heat's word: <c>CREATE_FAILED</c>.</param>
/// <param name="StatusReason">Heat's sentence, may be empty.</param>
public sealed record StackEvent(string Id, DateTimeOffset At, string LogicalId, string PhysicalId, string Status, string StatusReason);

/// <summary>A resource of a cluster's Heat stack.</summary>
/// <param name="LogicalId">Logical resource id.</param>
/// <param name="PhysicalId">Physical resource id, may be empty.</param>
/// <param name="Type">Heat's type: <c>OS::Nova::Server</c>.</param>
/// <param name="Status">Heat's word: <c>CREATE_FAILED</c>.</param>
/// <param name="StatusReason">Heat's sentence, may be empty.</param>
/// <param name="UpdatedAt">When it changed last (UTC), or null.</param>
/// <param name="StackName">The (nested) stack it is in.</param>
public sealed record StackResource(string LogicalId, string PhysicalId, string Type, string Status, string StatusReason, DateTimeOffset? UpdatedAt, string StackName);

/// <summary>A Heat stack.</summary>
/// <param name="Id">Id.</param>
/// <param name="Name">Name.</param>
/// <param name="Status">Heat's word.</param>
/// <param name="StatusReason">Heat's sentence, may be empty.</param>
public sealed record Stack(string Id, string Name, string Status, string StatusReason)
{
    /// <summary>Gets the host of the cluster's API as the stack's outputs have it, long before Magnum tells it; null while there is none.</summary>
    public string? ApiAddress { get; init; }
}
