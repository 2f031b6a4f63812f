using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>The parts of a pod's status as a kubelet writes them.</summary>
internal static class PodStatus
{
    private static readonly string[] Fields = ["phase", "conditions", "hostIP", "podIP", "podIPs", "startTime", "initContainerStatuses", "containerStatuses", "qosClass"];

    public static JsonArray Conditions(Reconciliation now, bool ready, string? reason = null, string? message = null)
    {
        JsonObject One(string type, bool on)
        {
            var condition = new JsonObject { ["type"] = type, ["status"] = on ? "True" : "False", ["lastProbeTime"] = null, ["lastTransitionTime"] = now.Text() };
            if (!on)
            {
                condition["reason"] = reason;
                condition["message"] = message;
            }

            return condition;
        }

        return new JsonArray(One("Initialized", true), One("Ready", ready), One("ContainersReady", ready), One("PodScheduled", true));
    }

    public static string Unready(JsonObject pod) => $"containers with unready status: [{string.Join(' ', pod.Items("spec.containers").Where(c => c["readinessProbe"] is not null).Select(c => c.Str("name")))}]";

    /// <summary>Gives when the pod came into its present condition.</summary>
    public static DateTimeOffset? Since(JsonObject pod) => pod.Items("status.conditions").Select(c => KubeTime.Parse(c["lastTransitionTime"])).Max();

    public static JsonObject Waiting(JsonObject container, string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
        {
            waiting["message"] = message;
        }

        return Status(container, new JsonObject { ["waiting"] = waiting }, ready: false, started: false);
    }

    public static JsonObject Running(Reconciliation now, JsonObject container, bool ready) =>
        Status(container, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = now.Text() } }, ready, started: true);

    public static JsonObject Ended(Reconciliation now, JsonObject container, int exitCode, string startedAt, bool ready)
    {
        var state = new JsonObject
        {
            ["terminated"] = new JsonObject
            {
                ["exitCode"] = exitCode,
                ["reason"] = exitCode == 0 ? "Completed" : "Error",
                ["startedAt"] = startedAt,
                ["finishedAt"] = now.Text(),
                ["containerID"] = ContainerId(),
            },
        };
        var status = Status(container, state, ready, started: false);
        var image = container.Str("image");
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)));
        status["imageID"] = $"{image[..(image.LastIndexOf(':') is var colon and > 0 ? colon : image.Length)]}@sha256:{digest}";
        status["containerID"] = ContainerId();
        if (ready)
        {
            status.Remove("started");
        }

        return status;
    }

    /// <summary>Ends a pod that runs once.</summary>
    public static void Finish(Reconciliation now, StoredObject pod, int exitCode = 0)
    {
        var body = pod.Copy();
        if (body.Map("metadata.annotations").GetValueOrDefault("fake-kubelet/result") == "fail")
        {
            exitCode = 1;
        }

        var status = body.Child("status");
        status["phase"] = exitCode == 0 ? "Succeeded" : "Failed";
        status["conditions"] = Conditions(now, false, exitCode == 0 ? "PodCompleted" : "PodFailed", "containers with unready status");
        var started = body.Items("status.containerStatuses").ToDictionary(s => s.Str("name"), s => s.Str("state.running.startedAt"), StringComparer.Ordinal);
        status["containerStatuses"] = JsonPaths.Array(body.Items("spec.containers").Select(c =>
            Ended(now, c, exitCode, started.GetValueOrDefault(c.Str("name")) is { Length: > 0 } since ? since : now.Text(), ready: false)));
        now.Store.Put("pods", Order(body));
    }

    public static void BecomeReady(Reconciliation now, StoredObject pod)
    {
        var body = pod.Copy();
        body.Child("status")["conditions"] = Conditions(now, true);
        foreach (var container in body.Items("status.containerStatuses"))
        {
            container["ready"] = true;
        }

        now.Store.Put("pods", Order(body));
    }

    public static string AddressOf(StoredObject node) => node.Body.Items("status.addresses").FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address");

    public static void GiveAddress(Reconciliation now, JsonObject pod, StoredObject node)
    {
        var status = pod.Child("status");
        if (status["podIP"] is not null)
        {
            return;
        }

        var address = AddressOf(node);
        if (!pod.Bool("spec.hostNetwork"))
        {
            var taken = now.Store.List("pods").Select(p => p.Body.Str("status.podIP")).ToHashSet(StringComparer.Ordinal);
            var prefix = node.Body.Str("spec.podCIDR") is { Length: > 0 } cidr ? cidr[..(cidr.LastIndexOf('.') + 1)] : "10.100.0.";
            var number = 2;
            while (taken.Contains(prefix + number.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            {
                number++;
            }

            address = prefix + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        status["podIP"] = address;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
    }

    /// <summary>Writes the fields in the usual order.</summary>
    public static JsonObject Order(JsonObject pod)
    {
        var status = pod.Child("status");
        var ordered = new JsonObject();
        foreach (var name in Fields.Concat(status.Select(p => p.Key)).Distinct().Where(status.ContainsKey))
        {
            ordered[name] = status[name]?.DeepClone();
        }

        pod["status"] = ordered;
        return pod;
    }

    private static string ContainerId() => "containerd://" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static JsonObject Status(JsonObject container, JsonObject state, bool ready, bool started) => new()
    {
        ["name"] = container.Str("name"),
        ["state"] = state,
        ["lastState"] = new JsonObject(),
        ["ready"] = ready,
        ["restartCount"] = 0,
        ["image"] = container.Str("image"),
        ["imageID"] = string.Empty,
        ["started"] = started,
    };
}
