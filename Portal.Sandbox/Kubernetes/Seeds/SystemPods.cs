using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Seeds;

/// <summary>What a fresh Magnum cluster runs in kube-system, and its storage class.</summary>
internal static class SystemPods
{
    private const string Namespace = "kube-system";

    public static void Seed(KubeCluster cluster)
    {
        foreach (var name in new[] { "coredns", "metrics-server", "cloud-controller-manager", "csi-cinder-controller-sa", "csi-cinder-node-sa", "calico-node" })
        {
            ClusterSeed.Create(cluster, "serviceaccounts", new JsonObject { ["metadata"] = Metadata(name, name) });
        }

        Deployment(cluster, "coredns", 2, "coredns/coredns:1.9.4", "k8s-app", "kube-dns", 53);
        Deployment(cluster, "metrics-server", 1, "metrics-server/metrics-server:v0.6.3", "app.kubernetes.io/name", "metrics-server", 4443);
        Deployment(cluster, "csi-cinder-controllerplugin", 1, "openstack/cinder-csi-plugin:v1.26.3", "app", "csi-cinder-controllerplugin", 9808);
        DaemonSet(cluster, "openstack-cloud-controller-manager", "openstack/openstack-cloud-controller-manager:v1.26.3", "k8s-app", true);
        DaemonSet(cluster, "csi-cinder-nodeplugin", "openstack/cinder-csi-plugin:v1.26.3", "app", false);
        DaemonSet(cluster, "calico-node", "calico/node:v3.24.2", "k8s-app", false);
        Service(cluster, "kube-dns", "10.254.0.10", "k8s-app", "kube-dns", ("dns", 53, "UDP"), ("dns-tcp", 53, "TCP"), ("metrics", 9153, "TCP"));
        Service(cluster, "metrics-server", null, "app.kubernetes.io/name", "metrics-server", ("https", 443, "TCP"));
        ClusterSeed.Create(cluster, "storageclasses.storage.k8s.io", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "block", ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" } },
            ["provisioner"] = "cinder.csi.openstack.org",
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "Immediate",
            ["allowVolumeExpansion"] = true,
        });
        ClusterSeed.Create(cluster, "clusterroles.rbac.authorization.k8s.io", new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "system:aggregated-metrics-reader",
                ["labels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-view"] = "true", ["rbac.authorization.k8s.io/aggregate-to-edit"] = "true", ["rbac.authorization.k8s.io/aggregate-to-admin"] = "true" },
            },
            ["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = JsonPaths.Texts(["metrics.k8s.io"]), ["resources"] = JsonPaths.Texts(["pods", "nodes"]), ["verbs"] = JsonPaths.Texts(["get", "list", "watch"]) }),
        });
    }

    private static JsonObject Metadata(string name, string app, string label = "k8s-app") =>
        new() { ["name"] = name, ["namespace"] = Namespace, ["labels"] = new JsonObject { [label] = app } };

    private static JsonObject Template(string label, string app, string image, int port, bool host)
    {
        var container = new JsonObject
        {
            ["name"] = image[(image.LastIndexOf('/') + 1)..].Split(':')[0],
            ["image"] = image,
            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "50m", ["memory"] = "64Mi" } },
        };
        if (port > 0)
        {
            container["ports"] = new JsonArray(new JsonObject { ["containerPort"] = port, ["protocol"] = "TCP" });
        }

        var spec = new JsonObject { ["priorityClassName"] = "system-cluster-critical", ["containers"] = new JsonArray(container), ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }) };
        if (host)
        {
            spec["hostNetwork"] = true;
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [label] = app } }, ["spec"] = spec };
    }

    private static void Deployment(KubeCluster cluster, string name, int replicas, string image, string label, string app, int port) =>
        ClusterSeed.Create(cluster, "deployments.apps", new JsonObject
        {
            ["metadata"] = Metadata(name, app, label),
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = Selector(label, app), ["template"] = Template(label, app, image, port, false) },
        });

    private static void DaemonSet(KubeCluster cluster, string name, string image, string label, bool masters)
    {
        var template = Template(label, name, image, 0, true);
        if (masters)
        {
            template["spec"]!["nodeSelector"] = new JsonObject { ["node-role.kubernetes.io/control-plane"] = string.Empty };
        }

        ClusterSeed.Create(cluster, "daemonsets.apps", new JsonObject
        {
            ["metadata"] = Metadata(name, name, label),
            ["spec"] = new JsonObject { ["selector"] = Selector(label, name), ["template"] = template },
        });
    }

    private static void Service(KubeCluster cluster, string name, string? address, string label, string app, params (string Name, int Port, string Protocol)[] ports)
    {
        var spec = new JsonObject
        {
            ["selector"] = new JsonObject { [label] = app },
            ["ports"] = JsonPaths.Array(ports.Select(p => new JsonObject { ["name"] = p.Name, ["port"] = p.Port, ["protocol"] = p.Protocol })),
        };
        if (address is not null)
        {
            spec["clusterIP"] = address;
        }

        ClusterSeed.Create(cluster, "services", new JsonObject { ["metadata"] = Metadata(name, app, label), ["spec"] = spec });
    }

    private static JsonObject Selector(string label, string app) => new() { ["matchLabels"] = new JsonObject { [label] = app } };
}
