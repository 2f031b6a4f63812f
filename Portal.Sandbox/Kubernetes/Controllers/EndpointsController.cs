using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps endpoints and endpoint slices of services with a selector.</summary>
internal sealed class EndpointsController : IController
{
    private const string Slices = "endpointslices.discovery.k8s.io";

    public bool Concerns(string storage) => storage is "services" or "pods" or "nodes";

    public void Run(Reconciliation now)
    {
        var services = now.Store.List("services");
        foreach (var service in services.Where(s => s.Body.Map("spec.selector").Count > 0 && !s.IsGoing()))
        {
            var selector = service.Body.Map("spec.selector");
            var pods = now.Store.List("pods", service.Namespace)
                .Where(p => selector.All(s => p.Labels.GetValueOrDefault(s.Key) == s.Value) && p.Body.Str("status.podIP").Length > 0 && !p.IsGoing() && p.Body.Str("status.phase") is not ("Succeeded" or "Failed"))
                .OrderBy(p => p.Body.Str("status.podIP"), StringComparer.Ordinal).ToList();
            Endpoints(now, service, pods);
            Slice(now, service, pods);
        }

        var names = services.Select(s => s.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var orphan in now.Store.List("endpoints").Where(e => !names.Contains(e.Key) && e.Body.Map("metadata.annotations").ContainsKey("endpoints.kubernetes.io/last-change-trigger-time")))
        {
            now.Store.Remove("endpoints", orphan);
        }
    }

    private static bool IsHeadless(StoredObject service) => service.Body.Str("spec.clusterIP") == "None";

    private static JsonObject Metadata(Reconciliation now, StoredObject service, StoredObject? old, string name)
    {
        var metadata = old?.Copy().Child("metadata").Clone() ?? new JsonObject { ["name"] = name, ["namespace"] = service.Namespace, ["uid"] = Guid.NewGuid().ToString(), ["creationTimestamp"] = now.Text() };
        var labels = new JsonObject();
        foreach (var (key, value) in service.Labels)
        {
            labels[key] = value;
        }

        if (IsHeadless(service))
        {
            labels["service.kubernetes.io/headless"] = string.Empty;
        }

        metadata.Remove("labels");
        if (labels.Count > 0)
        {
            metadata["labels"] = labels;
        }

        return metadata;
    }

    private static JsonObject Target(StoredObject pod) => new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace, ["name"] = pod.Name, ["uid"] = pod.Uid };

    private static int PortOf(JsonObject port, StoredObject? pod)
    {
        if (port["targetPort"].Text() is not { } name)
        {
            return port.Int("targetPort") ?? port.Int("port") ?? 0;
        }

        return pod?.Body.Items("spec.containers").SelectMany(c => c.Items("ports")).FirstOrDefault(p => p.Str("name") == name)?.Int("containerPort") ?? 0;
    }

    private static string? HostName(StoredObject service, StoredObject pod) =>
        pod.Body.Str("spec.hostname") is { Length: > 0 } host && pod.Body.Str("spec.subdomain") == service.Name ? host : null;

    private static void Endpoints(Reconciliation now, StoredObject service, List<StoredObject> pods)
    {
        var old = now.Store.Find("endpoints", service.Namespace, service.Name);
        var body = new JsonObject { ["kind"] = "Endpoints", ["apiVersion"] = "v1", ["metadata"] = Metadata(now, service, old, service.Name) };
        if (pods.Count > 0)
        {
            var subset = new JsonObject();
            var (ready, unready) = (pods.Where(Acts.IsReady).ToList(), pods.Where(p => !Acts.IsReady(p)).ToList());
            if (ready.Count > 0)
            {
                subset["addresses"] = JsonPaths.Array(ready.Select(p => Address(service, p)));
            }

            if (unready.Count > 0)
            {
                subset["notReadyAddresses"] = JsonPaths.Array(unready.Select(p => Address(service, p)));
            }

            subset["ports"] = JsonPaths.Array(service.Body.Items("spec.ports").Select(p =>
            {
                var port = new JsonObject();
                if (p.Str("name").Length > 0)
                {
                    port["name"] = p.Str("name");
                }

                port["port"] = PortOf(p, pods[0]);
                port["protocol"] = p.Str("protocol");
                return port;
            }));
            body["subsets"] = new JsonArray(subset);
        }

        Store(now, "endpoints", old, body, false);
    }

    private static JsonObject Address(StoredObject service, StoredObject pod)
    {
        var address = new JsonObject { ["ip"] = pod.Body.Str("status.podIP") };
        if (HostName(service, pod) is { } host)
        {
            address["hostname"] = host;
        }

        address["nodeName"] = pod.Body.Str("spec.nodeName");
        address["targetRef"] = Target(pod);
        return address;
    }

    private static void Slice(Reconciliation now, StoredObject service, List<StoredObject> pods)
    {
        var slices = now.Controlled(Slices, service);
        var old = slices.Count > 0 ? slices[0] : null;
        var metadata = Metadata(now, service, old, $"{service.Name}-{Names.Random(5)}");
        metadata.Default("generateName", service.Name + "-");
        metadata.Default("generation", 1);
        metadata.Child("labels")["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io";
        metadata.Child("labels")["kubernetes.io/service-name"] = service.Name;
        metadata.Default("ownerReferences", new JsonArray(Acts.OwnerReference(now.Cluster.Type("services"), service)));
        var body = new JsonObject
        {
            ["kind"] = "EndpointSlice",
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["metadata"] = metadata,
            ["addressType"] = "IPv4",
            ["endpoints"] = JsonPaths.Array(pods.Select(p => Endpoint(now, service, p))),
            ["ports"] = JsonPaths.Array(service.Body.Items("spec.ports").Select(p => new JsonObject { ["name"] = p.Str("name"), ["protocol"] = p.Str("protocol"), ["port"] = PortOf(p, pods.Count > 0 ? pods[0] : null) })),
        };
        Store(now, Slices, old, body, true);
    }

    private static JsonObject Endpoint(Reconciliation now, StoredObject service, StoredObject pod)
    {
        var ready = Acts.IsReady(pod);
        var endpoint = new JsonObject
        {
            ["addresses"] = JsonPaths.Texts([pod.Body.Str("status.podIP")]),
            ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = ready, ["terminating"] = false },
        };
        if (HostName(service, pod) is { } host)
        {
            endpoint["hostname"] = host;
        }

        endpoint["targetRef"] = Target(pod);
        endpoint["nodeName"] = pod.Body.Str("spec.nodeName");
        if (now.Store.Find("nodes", string.Empty, pod.Body.Str("spec.nodeName"))?.Labels.GetValueOrDefault("topology.kubernetes.io/zone") is { } zone)
        {
            endpoint["zone"] = zone;
        }

        return endpoint;
    }

    private static void Store(Reconciliation now, string storage, StoredObject? old, JsonObject body, bool counts)
    {
        if (old is not null && JsonNode.DeepEquals(old.Body, body))
        {
            return;
        }

        var metadata = body.Child("metadata");
        metadata.Child("annotations")["endpoints.kubernetes.io/last-change-trigger-time"] = now.Text();
        if (counts && old is not null)
        {
            metadata["generation"] = (metadata.Int("generation") ?? 0) + 1;
        }

        now.Store.Put(storage, body);
    }
}
