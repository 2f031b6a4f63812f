using System.Text.Json;
using Portal.Core.Provisioning;

namespace Portal.Core.Clusters;

/// <summary>Kinds and inputs of the plans that change a cluster. All have the subject <c>cluster/UUID</c>, so one runs at a time.</summary>
public static class ClusterPlans
{
    /// <summary>Waits for Magnum and makes a platform of the cluster.</summary>
    public const string Initialisation = "cluster-initialisation";

    /// <summary>Changes the number of workers.</summary>
    public const string Resize = "cluster-resize";

    /// <summary>Deletes the cluster.</summary>
    public const string Delete = "cluster-delete";

    /// <summary>Gives the cluster a new certificate authority, and the portal a certificate of it.</summary>
    public const string RotateAuthority = "cluster-rotate-authority";

    /// <summary>Id of the first step of a rotation: Magnum has made the new authority, and the nodes have it.</summary>
    public const string RotateStep = "cluster.rotate-authority";

    /// <summary>Id of the first step of an initialisation: Magnum's creation is complete.</summary>
    public const string WaitMagnumStep = "cluster.wait-magnum";

    /// <summary>Gives the subject (the key of the lock) of a cluster.</summary>
    public static string Subject(string clusterId) => "cluster/" + clusterId;

    internal static PlanRequest Request(string kind, string clusterId, string name, object inputs) =>
        new(kind, Subject(clusterId), name, JsonSerializer.SerializeToElement(inputs, inputs.GetType(), JsonSerializerOptions.Web));
}

/// <summary>Frozen inputs of a <see cref="ClusterPlans.Initialisation"/> plan.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="ClusterName">Name.</param>
/// <param name="Profile">Add-on profile.</param>
public sealed record InitialisationInputs(string ClusterId, string ClusterName, string Profile);

/// <summary>Frozen inputs of a <see cref="ClusterPlans.Resize"/> plan.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="ClusterName">Name.</param>
/// <param name="NodeCount">Workers wished in that node group.</param>
/// <param name="NodeGroup">Node group, or null for the default workers.</param>
/// <param name="Was">Workers wished before.</param>
public sealed record ResizeInputs(string ClusterId, string ClusterName, int NodeCount, string? NodeGroup, int Was);

/// <summary>Frozen inputs of a <see cref="ClusterPlans.RotateAuthority"/> plan.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="ClusterName">Name.</param>
public sealed record RotateInputs(string ClusterId, string ClusterName);

/// <summary>Frozen inputs of a <see cref="ClusterPlans.Delete"/> plan.</summary>
/// <param name="ClusterId">Magnum's uuid.</param>
/// <param name="ClusterName">Name.</param>
public sealed record DeleteInputs(string ClusterId, string ClusterName);
