namespace Portal.Core.Clusters;

/// <summary>Magnum's status of a cluster or node group.</summary>
public enum ClusterStatus
{
    /// <summary>A status that this portal does not know, or none.</summary>
    Unknown,

    /// <summary>CREATE_IN_PROGRESS.</summary>
    CreateInProgress,

    /// <summary>CREATE_COMPLETE.</summary>
    CreateComplete,

    /// <summary>CREATE_FAILED.</summary>
    CreateFailed,

    /// <summary>UPDATE_IN_PROGRESS: resize, upgrade, CA rotation.</summary>
    UpdateInProgress,

    /// <summary>UPDATE_COMPLETE.</summary>
    UpdateComplete,

    /// <summary>UPDATE_FAILED.</summary>
    UpdateFailed,

    /// <summary>DELETE_IN_PROGRESS.</summary>
    DeleteInProgress,

    /// <summary>DELETE_COMPLETE; the row is gone soon after.</summary>
    DeleteComplete,

    /// <summary>DELETE_FAILED.</summary>
    DeleteFailed,

    /// <summary>ROLLBACK_IN_PROGRESS.</summary>
    RollbackInProgress,

    /// <summary>ROLLBACK_COMPLETE.</summary>
    RollbackComplete,

    /// <summary>ROLLBACK_FAILED.</summary>
    RollbackFailed,

    /// <summary>RESUME_COMPLETE.</summary>
    ResumeComplete,

    /// <summary>RESTORE_COMPLETE.</summary>
    RestoreComplete,

    /// <summary>SNAPSHOT_COMPLETE.</summary>
    SnapshotComplete,

    /// <summary>CHECK_COMPLETE.</summary>
    CheckComplete,

    /// <summary>ADOPT_COMPLETE.</summary>
    AdoptComplete,
}

/// <summary>Magnum's health of a cluster, polled by its conductor about every minute.</summary>
public enum HealthStatus
{
    /// <summary>Magnum has not looked yet (null).</summary>
    None,

    /// <summary>HEALTHY.</summary>
    Healthy,

    /// <summary>UNHEALTHY.</summary>
    Unhealthy,

    /// <summary>UNKNOWN: Magnum does not reach the cluster's API.</summary>
    Unknown,
}

/// <summary>What the statuses mean.</summary>
public static class ClusterStatuses
{
    /// <summary>Gets whether Magnum works on it.</summary>
    public static bool IsInProgress(this ClusterStatus status) =>
        status is ClusterStatus.CreateInProgress or ClusterStatus.UpdateInProgress or ClusterStatus.DeleteInProgress or ClusterStatus.RollbackInProgress;

    /// <summary>Gets whether what Magnum did last failed.</summary>
    public static bool IsFailed(this ClusterStatus status) =>
        status is ClusterStatus.CreateFailed or ClusterStatus.UpdateFailed or ClusterStatus.DeleteFailed or ClusterStatus.RollbackFailed;

    /// <summary>Gets whether what Magnum did last succeeded and the cluster is there.</summary>
    public static bool IsComplete(this ClusterStatus status) =>
        status is not (ClusterStatus.Unknown or ClusterStatus.DeleteComplete) && !status.IsInProgress() && !status.IsFailed();

    /// <summary>Reads Magnum's word.</summary>
    public static ClusterStatus Parse(string? status) =>
        Enum.TryParse<ClusterStatus>(status?.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known) ? known : ClusterStatus.Unknown;
}
