using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Finds a node for each pod: taints, selectors, room.</summary>
internal sealed class Scheduler : IController
{
    public bool Concerns(string storage) => storage is "pods" or "nodes" or "persistentvolumeclaims";

    public void Run(Reconciliation now)
    {
        var pods = now.Store.List("pods");
        var waiting = pods.Where(p => p.Body.Str("spec.nodeName").Length == 0 && !p.IsGoing() && p.Body.Str("spec.schedulerName") == "default-scheduler").ToList();
        if (waiting.Count == 0)
        {
            return;
        }

        var rooms = now.Store.List("nodes").Select(n => new Room(n)).ToList();
        var byName = rooms.ToDictionary(r => r.Node.Name, StringComparer.Ordinal);
        foreach (var pod in pods.Where(p => p.Body.Str("status.phase") is not ("Succeeded" or "Failed")))
        {
            if (byName.TryGetValue(pod.Body.Str("spec.nodeName"), out var room))
            {
                room.Take(pod.Body);
            }
        }

        foreach (var pod in waiting.OrderByDescending(p => p.Body.Int("spec.priority") ?? 0).ThenBy(p => p.Version))
        {
            Place(now, pod, rooms);
        }
    }

    private static void Place(Reconciliation now, StoredObject pod, List<Room> rooms)
    {
        if (Claims(now, pod) is { } why)
        {
            var text = $"0/{rooms.Count} nodes are available: {why}. preemption: 0/{rooms.Count} nodes are available: {rooms.Count} Preemption is not helpful for scheduling..";
            Refuse(now, pod, text);
            return;
        }

        var refused = rooms.Select(room => (Room: room, Why: room.Refuses(pod))).ToList();
        if (refused.Where(r => r.Why is null).OrderBy(r => r.Room.Load).ThenBy(r => r.Room.Pods).FirstOrDefault().Room is not { } best)
        {
            Refuse(now, pod, Message(refused.Select(r => r.Why!).ToList()));
            return;
        }

        best.Take(pod.Body);
        var body = pod.Copy();
        body.Child("spec")["nodeName"] = best.Node.Name;
        Condition(now, body, new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastProbeTime"] = null, ["lastTransitionTime"] = now.Text() });
        now.Store.Put("pods", body);
        now.SchedulerEvent(pod, "Normal", "Scheduled", "Binding", $"Successfully assigned {pod.Key} to {best.Node.Name}");
    }

    private static string? Claims(Reconciliation now, StoredObject pod)
    {
        foreach (var name in pod.Body.Items("spec.volumes").Select(v => v.Str("persistentVolumeClaim.claimName")).Where(n => n.Length > 0))
        {
            if (now.Store.Find("persistentvolumeclaims", pod.Namespace, name) is not { } claim)
            {
                return $"persistentvolumeclaim \"{name}\" not found";
            }

            if (claim.Body.Str("status.phase") != "Bound" && !ClaimBinder.WaitsForPod(now, claim))
            {
                return "pod has unbound immediate PersistentVolumeClaims";
            }
        }

        return null;
    }

    private static void Refuse(Reconciliation now, StoredObject pod, string message)
    {
        var body = pod.Copy();
        var old = pod.Body.Items("status.conditions").FirstOrDefault(c => c.Str("type") == "PodScheduled");
        if (old.Str("message") != message)
        {
            Condition(now, body, new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["lastProbeTime"] = null, ["lastTransitionTime"] = now.Text(), ["reason"] = "Unschedulable", ["message"] = message });
            now.Store.Put("pods", body);
        }

        now.SchedulerEvent(pod, "Warning", "FailedScheduling", "Scheduling", message);
    }

    private static void Condition(Reconciliation now, JsonObject pod, JsonObject condition)
    {
        pod.Child("status")["conditions"] = new JsonArray(condition);
        pod.Child("status").Default("phase", "Pending");
        _ = now;
    }

    private static string Message(List<string> reasons)
    {
        if (reasons.Count == 0)
        {
            return "no nodes available to schedule pods";
        }

        var groups = reasons.GroupBy(r => r).Select(g => $"{g.Count()} {g.Key}").Order(StringComparer.Ordinal);
        var hopeless = reasons.Count(r => r.StartsWith("node(s)", StringComparison.Ordinal));
        var preemption = new List<string>();
        if (hopeless > 0)
        {
            preemption.Add($"{hopeless} Preemption is not helpful for scheduling");
        }

        if (reasons.Count > hopeless)
        {
            preemption.Add($"{reasons.Count - hopeless} No preemption victims found for incoming pod");
        }

        return $"0/{reasons.Count} nodes are available: {string.Join(", ", groups)}. preemption: 0/{reasons.Count} nodes are available: {string.Join(", ", preemption)}..";
    }

    private sealed class Room(StoredObject node)
    {
        private readonly decimal cpu = Quantity.Value(node.Body.At("status.allocatable.cpu"));
        private readonly decimal memory = Quantity.Value(node.Body.At("status.allocatable.memory"));
        private readonly decimal most = Quantity.Value(node.Body.At("status.allocatable.pods"));
        private decimal usedCpu;
        private decimal usedMemory;

        public StoredObject Node => node;

        public int Pods { get; private set; }

        public decimal Load => (cpu == 0 ? 0 : usedCpu / cpu) + (memory == 0 ? 0 : usedMemory / memory);

        public void Take(JsonObject pod)
        {
            usedCpu += Wants(pod, "cpu");
            usedMemory += Wants(pod, "memory");
            Pods++;
        }

        public string? Refuses(StoredObject pod)
        {
            if (node.Body.Bool("spec.unschedulable") && Fitting.Tolerates(pod.Body, new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } }, "NoSchedule") is not null)
            {
                return "node(s) were unschedulable";
            }

            if (Fitting.Tolerates(pod.Body, node.Body, "NoSchedule") is { } taint)
            {
                return $"node(s) had untolerated taint {taint}";
            }

            if (!Fitting.Selected(pod.Body, node))
            {
                return "node(s) didn't match Pod's node affinity/selector";
            }

            return Pods + 1 > most ? "Too many pods"
                : usedCpu + Wants(pod.Body, "cpu") > cpu ? "Insufficient cpu"
                : usedMemory + Wants(pod.Body, "memory") > memory ? "Insufficient memory"
                : null;
        }

        private static decimal Wants(JsonObject pod, string resource) => pod.Items("spec.containers").Sum(c => Quantity.Value(c.At($"resources.requests.{resource}")));
    }
}
