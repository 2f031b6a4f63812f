using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Controllers;

/// <summary>Binds claims to volumes: existing ones, or new ones of the storage class.</summary>
internal sealed class ClaimBinder : IController
{
    private const string Claims = "persistentvolumeclaims";
    private const string Volumes = "persistentvolumes";
    private const string Component = "persistentvolume-controller";

    public bool Concerns(string storage) => storage is Claims or Volumes or "pods" or "storageclasses.storage.k8s.io";

    public static bool WaitsForPod(Reconciliation now, StoredObject claim) => ClassOf(now, claim)?.Body.Str("volumeBindingMode") == "WaitForFirstConsumer";

    public void Run(Reconciliation now)
    {
        foreach (var claim in now.Store.List(Claims))
        {
            if (claim.IsGoing())
            {
                Release(now, claim);
            }
            else if (claim.Body.Str("status.phase") == "Pending")
            {
                Pending(now, claim);
            }
        }

        foreach (var volume in now.Store.List(Volumes))
        {
            Volume(now, volume);
        }
    }

    private static StoredObject? ClassOf(Reconciliation now, StoredObject claim) =>
        claim.Body.Str("spec.storageClassName") is { Length: > 0 } name ? now.Store.Find("storageclasses.storage.k8s.io", string.Empty, name) : null;

    private static void Pending(Reconciliation now, StoredObject claim)
    {
        if (Existing(now, claim) is { } volume)
        {
            Bind(now, claim, volume);
            return;
        }

        var name = claim.Body.Str("spec.storageClassName");
        if (ClassOf(now, claim) is not { } kind)
        {
            if (!now.Store.List("events", claim.Namespace).Any(e => e.Body.Str("involvedObject.uid") == claim.Uid))
            {
                now.Event(claim, name.Length > 0 ? "Warning" : "Normal", name.Length > 0 ? "ProvisioningFailed" : "FailedBinding", name.Length > 0 ? $"storageclass.storage.k8s.io \"{name}\" not found" : "no persistent volumes available for this claim and no storage class is set", Component);
            }

            return;
        }

        if (kind.Body.Str("volumeBindingMode") == "WaitForFirstConsumer" && !Users(now, claim).Any(p => p.Body.Str("spec.nodeName").Length > 0))
        {
            return;
        }

        var born = KubeTime.Parse(claim.Body.At("metadata.creationTimestamp")) ?? now.Now;
        if (now.Cluster.HasCloud && now.Reached(born + now.Paced(4)))
        {
            Bind(now, claim, Provision(now, claim, kind));
        }
    }

    private static StoredObject? Existing(Reconciliation now, StoredObject claim)
    {
        var wanted = Quantity.Value(claim.Body.At("spec.resources.requests.storage"));
        var asked = claim.Body.Str("spec.volumeName");
        return now.Store.List(Volumes).FirstOrDefault(v => (asked.Length == 0 || v.Name == asked)
            && v.Body.Str("status.phase") is "Available" or "Pending" && v.Body.Str("spec.storageClassName") == claim.Body.Str("spec.storageClassName")
            && Quantity.Value(v.Body.At("spec.capacity.storage")) >= wanted
            && (v.Body.Str("spec.claimRef.name").Length == 0 || (v.Body.Str("spec.claimRef.name") == claim.Name && v.Body.Str("spec.claimRef.namespace") == claim.Namespace)));
    }

    private static StoredObject Provision(Reconciliation now, StoredObject claim, StoredObject kind)
    {
        var name = $"pvc-{claim.Uid}";
        var provisioner = kind.Body.Str("provisioner");
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { ["pv.kubernetes.io/provisioned-by"] = provisioner } },
            ["spec"] = new JsonObject
            {
                ["capacity"] = new JsonObject { ["storage"] = claim.Body.At("spec.resources.requests.storage")?.DeepClone() },
                ["csi"] = new JsonObject { ["driver"] = provisioner, ["fsType"] = "ext4", ["volumeHandle"] = Guid.NewGuid().ToString() },
                ["accessModes"] = claim.Body.At("spec.accessModes")?.DeepClone(),
                ["persistentVolumeReclaimPolicy"] = kind.Body.Str("reclaimPolicy"),
                ["storageClassName"] = kind.Name,
            },
        };
        now.Cluster.Writer.Create(now.Cluster.Type(Volumes), string.Empty, body, WriteOptions.Controller);
        now.Event(claim, "Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {name}", provisioner);
        return now.Store.Find(Volumes, string.Empty, name)!;
    }

    private static void Bind(Reconciliation now, StoredObject claim, StoredObject volume)
    {
        var bound = volume.Copy();
        bound.Child("spec")["claimRef"] = new JsonObject { ["kind"] = "PersistentVolumeClaim", ["namespace"] = claim.Namespace, ["name"] = claim.Name, ["uid"] = claim.Uid, ["apiVersion"] = "v1", ["resourceVersion"] = claim.Body.Str("metadata.resourceVersion") };
        bound["status"] = new JsonObject { ["phase"] = "Bound" };
        now.Store.Put(Volumes, bound);
        var body = claim.Copy();
        body.Child("metadata").Child("annotations")["pv.kubernetes.io/bind-completed"] = "yes";
        body.Child("metadata").Child("annotations")["pv.kubernetes.io/bound-by-controller"] = "yes";
        body.Child("spec")["volumeName"] = volume.Name;
        body["status"] = new JsonObject
        {
            ["phase"] = "Bound",
            ["accessModes"] = volume.Body.At("spec.accessModes")?.DeepClone(),
            ["capacity"] = volume.Body.At("spec.capacity")?.DeepClone(),
        };
        now.Store.Put(Claims, body);
    }

    private static IEnumerable<StoredObject> Users(Reconciliation now, StoredObject claim) => now.Store.List("pods", claim.Namespace).Where(p =>
        p.Body.Str("status.phase") is not ("Succeeded" or "Failed") && p.Body.Items("spec.volumes").Any(v => v.Str("persistentVolumeClaim.claimName") == claim.Name));

    private static void Release(Reconciliation now, StoredObject claim)
    {
        if (Users(now, claim).Any() || !claim.Body.Strings("metadata.finalizers").Contains("kubernetes.io/pvc-protection"))
        {
            return;
        }

        var body = claim.Copy();
        GarbageCollector.DropFinalizer(body, "kubernetes.io/pvc-protection");
        now.Cluster.Writer.Settle(now.Cluster.Type(Claims), body);
    }

    private static void Volume(Reconciliation now, StoredObject volume)
    {
        var phase = volume.Body.Str("status.phase");
        if (volume.IsGoing() && phase != "Bound")
        {
            var going = volume.Copy();
            GarbageCollector.DropFinalizer(going, "kubernetes.io/pv-protection");
            now.Cluster.Writer.Settle(now.Cluster.Type(Volumes), going);
        }
        else if (phase == "Pending")
        {
            now.Status(Volumes, volume, new JsonObject { ["phase"] = "Available" });
        }
        else if (phase == "Bound" && now.Store.Find(Claims, volume.Body.Str("spec.claimRef.namespace"), volume.Body.Str("spec.claimRef.name"))?.Uid != volume.Body.Str("spec.claimRef.uid"))
        {
            if (volume.Body.Str("spec.persistentVolumeReclaimPolicy") == "Delete")
            {
                now.Store.Remove(Volumes, volume);
            }
            else
            {
                now.Status(Volumes, volume, new JsonObject { ["phase"] = "Released" });
            }
        }
    }
}
