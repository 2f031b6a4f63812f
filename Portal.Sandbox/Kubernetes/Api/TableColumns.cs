using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The columns of kinds other than pods, between name and age.</summary>
internal static class TableColumns
{
    public static IEnumerable<Tables.Column> Of(string kind) => kind switch
    {
        "Deployment" =>
        [
            Text("Ready", o => $"{Tables.Int(o, "status.readyReplicas")}/{Tables.Int(o, "spec.replicas")}"),
            Number("Up-to-date", "status.updatedReplicas"),
            Number("Available", "status.availableReplicas"),
        ],
        "StatefulSet" => [Text("Ready", o => $"{Tables.Int(o, "status.readyReplicas")}/{Tables.Int(o, "spec.replicas")}")],
        "ReplicaSet" => [Number("Desired", "spec.replicas"), Number("Current", "status.replicas"), Number("Ready", "status.readyReplicas")],
        "DaemonSet" =>
        [
            Number("Desired", "status.desiredNumberScheduled"), Number("Current", "status.currentNumberScheduled"), Number("Ready", "status.numberReady"),
            Number("Up-to-date", "status.updatedNumberScheduled"), Number("Available", "status.numberAvailable"), Text("Node Selector", NodeSelector),
        ],
        "Job" => [Text("Completions", o => $"{Tables.Int(o, "status.succeeded")}/{Tables.Int(o, "spec.completions")}")],
        "CronJob" => [Text("Schedule", o => o.Str("spec.schedule")), Text("Suspend", o => o.Bool("spec.suspend") ? "True" : "False"), Text("Active", o => o.Items("status.active").Count().ToString(CultureInfo.InvariantCulture))],
        "Service" => [Text("Type", o => o.Str("spec.type")), Text("Cluster-IP", o => Or(o.Str("spec.clusterIP"))), Text("External-IP", External), Text("Port(s)", Ports)],
        "Node" => [Text("Status", NodeStatus), Text("Roles", Roles), Skip(), Text("Version", o => o.Str("status.nodeInfo.kubeletVersion"))],
        "Namespace" or "PersistentVolume" => [Text("Status", o => o.Str("status.phase"))],
        "PersistentVolumeClaim" =>
        [
            Text("Status", o => o.Str("status.phase")), Text("Volume", o => o.Str("spec.volumeName")), Text("Capacity", o => o.Str("status.capacity.storage")),
            Text("Access Modes", o => string.Join(',', o.Strings("status.accessModes").Select(Short))), Text("StorageClass", o => o.Str("spec.storageClassName")),
        ],
        "ConfigMap" => [Text("Data", o => Count(o, "data"))],
        "Secret" => [Text("Type", o => o.Str("type")), Text("Data", o => Count(o, "data"))],
        "ServiceAccount" => [Text("Secrets", o => o.Items("secrets").Count().ToString(CultureInfo.InvariantCulture))],
        "Ingress" => [Text("Class", o => Or(o.Str("spec.ingressClassName"))), Text("Hosts", o => string.Join(',', o.Items("spec.rules").Select(r => r.Str("host")))), Text("Address", _ => string.Empty), Text("Ports", o => o.At("spec.tls") is null ? "80" : "80, 443")],
        "Event" => [Text("Last Seen", _ => string.Empty), Text("Type", o => o.Str("type")), Text("Reason", o => o.Str("reason")), Text("Object", o => $"{o.Str("involvedObject.kind").ToLowerInvariant()}/{o.Str("involvedObject.name")}"), Text("Message", o => o.Str("message"))],
        "StorageClass" => [Text("Provisioner", o => o.Str("provisioner")), Text("ReclaimPolicy", o => o.Str("reclaimPolicy")), Text("VolumeBindingMode", o => o.Str("volumeBindingMode"))],
        "CustomResourceDefinition" => [Text("Created At", o => o.Str("metadata.creationTimestamp"))],
        _ => [],
    };

    private static Tables.Column Text(string name, Func<JsonObject, string> value) => new(name, string.Empty, 0, (o, _) => value(o));

    private static Tables.Column Number(string name, string path) => new(name, string.Empty, 0, (o, _) => o.Int(path) ?? 0) { Type = "integer" };

    private static Tables.Column Skip() => new("Internal-IP", string.Empty, 1, (o, _) => o.Items("status.addresses").FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address"));

    private static string Or(string text) => text.Length == 0 ? "<none>" : text;

    private static string Count(JsonObject item, string path) => (item.Obj(path)?.Count ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string NodeSelector(JsonObject item) => item.Map("spec.template.spec.nodeSelector") is { Count: > 0 } map ? string.Join(',', map.Select(p => $"{p.Key}={p.Value}")) : "<none>";

    private static string Short(string mode) => mode switch { "ReadWriteOnce" => "RWO", "ReadOnlyMany" => "ROX", "ReadWriteMany" => "RWX", _ => "RWOP" };

    private static string External(JsonObject item) => item.Str("spec.type") switch
    {
        "ExternalName" => item.Str("spec.externalName"),
        "LoadBalancer" => item.Items("status.loadBalancer.ingress").Select(i => i.Str("ip")).FirstOrDefault() ?? "<pending>",
        _ => "<none>",
    };

    private static string Ports(JsonObject item) => string.Join(',', item.Items("spec.ports").Select(p =>
        p.Int("nodePort") is { } node ? $"{p.Int("port")}:{node}/{p.Str("protocol")}" : $"{p.Int("port")}/{p.Str("protocol")}")) is { Length: > 0 } text ? text : "<none>";

    private static string NodeStatus(JsonObject node) =>
        (node.Items("status.conditions").FirstOrDefault(c => c.Str("type") == "Ready").Str("status") == "True" ? "Ready" : "NotReady") + (node.Bool("spec.unschedulable") ? ",SchedulingDisabled" : string.Empty);

    private static string Roles(JsonObject node) => string.Join(',', node.Map("metadata.labels").Keys
        .Where(k => k.StartsWith("node-role.kubernetes.io/", StringComparison.Ordinal)).Select(k => k[24..]).Order(StringComparer.Ordinal)) is { Length: > 0 } roles ? roles : "<none>";
}
