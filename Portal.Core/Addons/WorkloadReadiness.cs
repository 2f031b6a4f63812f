using System.Text.Json.Nodes;

namespace Portal.Core.Addons;

/// <summary>When a workload is ready: the measures of facts/addons, in one place.</summary>
internal static class WorkloadReadiness
{
    /// <summary>Says whether an object is ready by its own measure; objects without one are ready when they exist.</summary>
    public static bool IsReady(JsonObject o) => o["kind"]?.GetValue<string>() switch
    {
        "Deployment" => Observed(o) && Number(o, "status", "availableReplicas") >= Number(o, "spec", "replicas") && Number(o, "status", "updatedReplicas") >= Number(o, "spec", "replicas"),
        "DaemonSet" => Observed(o) && Number(o, "status", "desiredNumberScheduled") > 0
            && Number(o, "status", "numberReady") >= Number(o, "status", "desiredNumberScheduled")
            && Number(o, "status", "updatedNumberScheduled") >= Number(o, "status", "desiredNumberScheduled"),
        "StatefulSet" => Observed(o) && Number(o, "status", "readyReplicas") >= Number(o, "spec", "replicas")
            && o["status"]?["currentRevision"]?.GetValue<string>() == o["status"]?["updateRevision"]?.GetValue<string>(),
        "PersistentVolumeClaim" => o["status"]?["phase"]?.GetValue<string>() is "Bound",
        _ => true,
    };

    /// <summary>Gives ready and wanted pods of a workload.</summary>
    public static (long Ready, long Wanted) Count(JsonObject o) => o["kind"]?.GetValue<string>() switch
    {
        "DaemonSet" => (Number(o, "status", "numberReady"), Number(o, "status", "desiredNumberScheduled")),
        _ => (Number(o, "status", "readyReplicas"), Number(o, "spec", "replicas")),
    };

    private static bool Observed(JsonObject o) => Number(o, "status", "observedGeneration") >= Number(o, "metadata", "generation");

    private static long Number(JsonObject o, string part, string name) => o[part]?[name]?.GetValue<long>() ?? 0;
}
