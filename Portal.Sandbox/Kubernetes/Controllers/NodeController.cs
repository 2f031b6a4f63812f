using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps node objects like the servers that Magnum has: they join, report, and go.</summary>
internal sealed class NodeController : IController
{
    private static readonly (string Type, string Good, string Reason, string Message)[] Conditions =
    [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ];

    public bool Concerns(string storage) => storage == "nodes";

    public void Run(Reconciliation now)
    {
        var specs = now.Cluster.Spec.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        foreach (var gone in now.Store.List("nodes").Where(n => !specs.ContainsKey(n.Name)))
        {
            now.Store.Remove("nodes", gone);
        }

        var index = 0;
        foreach (var spec in now.Cluster.Spec.Nodes)
        {
            if (now.Store.Find("nodes", string.Empty, spec.Name) is null)
            {
                Join(now, spec, index);
            }

            index++;
        }
    }

    /// <summary>What the node life-cycle controller writes when a kubelet stops reporting, and the kubelet when it is back.</summary>
    public static void Silence(ObjectStore store, string name, bool isSilent, DateTimeOffset now)
    {
        lock (store.Gate)
        {
            if (store.Find("nodes", string.Empty, name)?.Copy() is not { } body)
            {
                return;
            }

            foreach (var condition in body["status"]!["conditions"]!.AsArray().OfType<JsonObject>())
            {
                var good = Conditions.First(c => c.Type == condition["type"]!.GetValue<string>());
                condition["status"] = isSilent ? "Unknown" : good.Good;
                condition["reason"] = isSilent ? "NodeStatusUnknown" : good.Reason;
                condition["message"] = isSilent ? "Kubelet stopped posting node status." : good.Message;
                condition["lastTransitionTime"] = KubeTime.Text(now);
            }

            store.Put("nodes", body);
        }
    }

    private static void Join(Reconciliation now, KubernetesNodeSpec spec, int index)
    {
        var taken = now.Store.List("nodes").Select(n => n.Body.Str("spec.podCIDR")).ToHashSet(StringComparer.Ordinal);
        while (taken.Contains(Cidr(index)))
        {
            index++;
        }

        var master = spec.Role == "master";
        var extra = NodeFacts.Of(now.Cluster, spec);
        var body = new JsonObject
        {
            ["kind"] = "Node",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = spec.Name,
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = now.Text(),
                ["labels"] = Labels(spec, extra, master),
                ["annotations"] = new JsonObject { ["volumes.kubernetes.io/controller-managed-attach-detach"] = "true" },
            },
            ["spec"] = new JsonObject { ["podCIDR"] = Cidr(index), ["podCIDRs"] = JsonPaths.Texts([Cidr(index)]), ["providerID"] = $"openstack:///{Same(now, spec, "server")}" },
            ["status"] = Status(now, spec),
        };
        if (master)
        {
            body["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = extra.MasterTaint, ["effect"] = "NoSchedule" });
        }

        var node = now.Store.Put("nodes", body);
        Lease(now, node);
    }

    private static string Cidr(int index) => $"10.{244 + (index / 250)}.{index % 250}.0/24";

    private static JsonObject Labels(KubernetesNodeSpec spec, NodeFacts extra, bool master)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["beta.kubernetes.io/arch"] = "amd64",
            ["beta.kubernetes.io/os"] = "linux",
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = spec.Name,
            ["kubernetes.io/os"] = "linux",
            ["magnum.openstack.org/nodegroup"] = spec.NodeGroup,
            ["magnum.openstack.org/role"] = spec.Role,
            ["node.kubernetes.io/instance-type"] = extra.Flavor,
            ["topology.kubernetes.io/region"] = "RegionOne",
            ["topology.kubernetes.io/zone"] = extra.Zone,
        };
        if (master)
        {
            labels["node-role.kubernetes.io/control-plane"] = string.Empty;
            labels["node-role.kubernetes.io/master"] = string.Empty;
        }

        return JsonPaths.MapOf(labels);
    }

    private static JsonObject Status(Reconciliation now, KubernetesNodeSpec spec)
    {
        JsonObject Room(string memory, string disk) => new()
        {
            ["cpu"] = spec.Cores.ToString(CultureInfo.InvariantCulture),
            ["ephemeral-storage"] = disk,
            ["hugepages-1Gi"] = "0",
            ["hugepages-2Mi"] = "0",
            ["memory"] = memory,
            ["pods"] = "110",
        };
        var machine = Same(now, spec, "server");
        return new JsonObject
        {
            ["capacity"] = Room(Kinds.Quantity.Text(spec.MemoryMiB * 1048576m, true), "41407468Ki"),
            ["allocatable"] = Room($"{spec.MemoryMiB - 100}Mi", "38161122446"),
            ["conditions"] = JsonPaths.Array(Conditions.Select(c => new JsonObject
            {
                ["type"] = c.Type,
                ["status"] = c.Good,
                ["lastHeartbeatTime"] = now.Text(),
                ["lastTransitionTime"] = now.Text(),
                ["reason"] = c.Reason,
                ["message"] = c.Message,
            })),
            ["addresses"] = new JsonArray(
                new JsonObject { ["type"] = "InternalIP", ["address"] = spec.Address },
                new JsonObject { ["type"] = "Hostname", ["address"] = spec.Name },
                new JsonObject { ["type"] = "InternalDNS", ["address"] = NodeFacts.Of(now.Cluster, spec).InternalName }),
            ["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = NodeFacts.Of(now.Cluster, spec).KubeletPort } },
            ["nodeInfo"] = new JsonObject
            {
                ["machineID"] = machine.Replace("-", string.Empty, StringComparison.Ordinal),
                ["systemUUID"] = machine,
                ["bootID"] = Same(now, spec, "boot"),
                ["kernelVersion"] = "6.1.18-200.fc37.x86_64",
                ["osImage"] = "Fedora CoreOS 37.20230322.3.0",
                ["containerRuntimeVersion"] = "containerd://1.6.19",
                ["kubeletVersion"] = now.Cluster.Version.Plain,
                ["kubeProxyVersion"] = now.Cluster.Version.Plain,
                ["operatingSystem"] = "linux",
                ["architecture"] = "amd64",
            },
            ["images"] = new JsonArray(new JsonObject { ["names"] = JsonPaths.Texts(["pause:3.9"]), ["sizeBytes"] = 321520 }),
        };
    }

    /// <summary>Gives an id that is the same for the same node.</summary>
    private static string Same(Reconciliation now, KubernetesNodeSpec spec, string what) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{now.Cluster.Id}/{spec.Name}/{what}")).AsSpan(0, 16)).ToString();

    private static void Lease(Reconciliation now, StoredObject node)
    {
        if (now.Store.Find("leases.coordination.k8s.io", "kube-node-lease", node.Name) is { } old)
        {
            now.Store.Remove("leases.coordination.k8s.io", old);
        }

        now.Store.Put("leases.coordination.k8s.io", new JsonObject
        {
            ["kind"] = "Lease",
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["metadata"] = new JsonObject
            {
                ["name"] = node.Name,
                ["namespace"] = "kube-node-lease",
                ["uid"] = Guid.NewGuid().ToString(),
                ["creationTimestamp"] = now.Text(),
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node.Name, ["uid"] = node.Uid }),
            },
            ["spec"] = new JsonObject { ["holderIdentity"] = node.Name, ["leaseDurationSeconds"] = 40, ["renewTime"] = KubeTime.Micro(now.Now) },
        });
    }
}
