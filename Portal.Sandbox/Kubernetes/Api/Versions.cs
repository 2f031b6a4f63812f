using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Shows a stored object as another version of its group.</summary>
internal static class Versions
{
    private static readonly (string Core, string Newer)[] EventFields =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    /// <summary>Gives the object as <paramref name="type"/>; the object given is changed.</summary>
    public static JsonObject Convert(ResourceType type, JsonObject body)
    {
        if (body.Str("apiVersion") == type.ApiVersion)
        {
            return body;
        }

        body["apiVersion"] = type.ApiVersion;
        if (type.Plural == "events")
        {
            Rename(body, type.Group.Length > 0);
            if (type.Group.Length > 0)
            {
                foreach (var name in new[] { "reportingController", "reportingInstance" }.Where(n => body.Str(n).Length == 0))
                {
                    body.Remove(name);
                }
            }
        }
        else if (type.Kind == "HorizontalPodAutoscaler" && type.Version == "v1")
        {
            var cpu = body.Items("spec.metrics").FirstOrDefault(m => m.Str("resource.name") == "cpu");
            if (cpu?.At("resource.target.averageUtilization") is { } target)
            {
                body.Child("spec")["targetCPUUtilizationPercentage"] = target.DeepClone();
            }

            body.Child("spec").Remove("metrics");
            body.Child("status").Remove("currentMetrics");
            body.Child("status").Remove("conditions");
        }

        return body;
    }

    /// <summary>Brings an object that a client sends to the version that is stored.</summary>
    public static void ToStored(ResourceType type, JsonObject body)
    {
        if (type.Plural == "events" && type.Group.Length > 0)
        {
            Rename(body, false);
        }
        else if (type.Kind == "HorizontalPodAutoscaler" && type.Version == "v1" && body.Int("spec.targetCPUUtilizationPercentage") is { } target)
        {
            var spec = body.Child("spec");
            spec.Remove("targetCPUUtilizationPercentage");
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = target } },
            });
        }
    }

    private static void Rename(JsonObject body, bool newer)
    {
        foreach (var (core, other) in EventFields)
        {
            var (from, to) = newer ? (core, other) : (other, core);
            if (body.TryGetPropertyValue(from, out var value))
            {
                body.Remove(from);
                body[to] = value;
            }
        }
    }
}
