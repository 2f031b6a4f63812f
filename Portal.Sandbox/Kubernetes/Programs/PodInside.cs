using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Programs;

/// <summary>What a program in a container sees: its environment, its mounted files, its volumes, and how long it runs.</summary>
internal static class PodInside
{
    private const string Volumes = "sandbox.volumes";

    /// <summary>Gives the first container that runs an image of that short name, or null.</summary>
    public static JsonObject? Container(StoredObject pod, string image) =>
        pod.Body.Items("spec.containers").FirstOrDefault(c => Images.ShortName(c.Str("image")) == image);

    /// <summary>Gives how long the container has been running, in realistic time; null when it does not run.</summary>
    public static TimeSpan? Age(KubeCluster cluster, StoredObject pod, string image)
    {
        var name = Container(pod, image).Str("name");
        var started = KubeTime.Parse(pod.Body.Items("status.containerStatuses").FirstOrDefault(s => s.Str("name") == name).At("state.running.startedAt"));
        return started is null ? null : (cluster.Context.Clock.Now - started.Value) * Math.Max(0.01, cluster.Context.Options.Pace);
    }

    /// <summary>Gives the environment, with what comes from Secrets and ConfigMaps.</summary>
    public static Dictionary<string, string> Environment(KubeCluster cluster, StoredObject pod, JsonObject container)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in container.Items("env"))
        {
            var from = one.Obj("valueFrom");
            var value = from is null ? one.Str("value")
                : from.Obj("secretKeyRef") is { } secret ? Data(cluster, "secrets", pod.Namespace, secret.Str("name"))?.GetValueOrDefault(secret.Str("key"))
                : from.Obj("configMapKeyRef") is { } map ? Data(cluster, "configmaps", pod.Namespace, map.Str("name"))?.GetValueOrDefault(map.Str("key"))
                : from.Str("fieldRef.fieldPath") is { Length: > 0 } path ? pod.Body.Str(path)
                : null;
            if (value is not null)
            {
                values[one.Str("name")] = value;
            }
        }

        return values;
    }

    /// <summary>Gives the files that a folder of the container has from ConfigMaps and Secrets, by name.</summary>
    public static Dictionary<string, string> Files(KubeCluster cluster, StoredObject pod, JsonObject container, string folder)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var mount in container.Items("volumeMounts").Where(m => m.Str("mountPath").TrimEnd('/') == folder.TrimEnd('/')))
        {
            var volume = pod.Body.Items("spec.volumes").FirstOrDefault(v => v.Str("name") == mount.Str("name"));
            foreach (var (name, text) in Sources(volume).SelectMany(s => Data(cluster, s.Storage, pod.Namespace, s.Name) ?? []))
            {
                // Of two files of one name in a projected volume the later source's counts.
                files[name] = text;
            }
        }

        return files;
    }

    /// <summary>Reads a file of the container, or gives null.</summary>
    public static string? File(KubeCluster cluster, StoredObject pod, JsonObject container, string path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? null : Files(cluster, pod, container, path[..slash]).GetValueOrDefault(path[(slash + 1)..]);
    }

    /// <summary>Reads what a program keeps on the volume mounted at a folder: as long lived as the claim, or as the pod.</summary>
    public static JsonObject? Load(KubeCluster cluster, StoredObject pod, JsonObject container, string folder) =>
        cluster.Store.Find(Volumes, string.Empty, VolumeId(cluster, pod, container, folder))?.Copy().Obj("data")?.Clone();

    /// <summary>Keeps it. What was on volumes that are gone is forgotten.</summary>
    public static void Keep(KubeCluster cluster, StoredObject pod, JsonObject container, string folder, JsonObject data)
    {
        lock (cluster.Store.Gate)
        {
            foreach (var old in cluster.Store.List(Volumes))
            {
                if (!cluster.Store.List("persistentvolumeclaims").Concat(cluster.Store.List("pods")).Any(o => o.Uid == old.Name))
                {
                    cluster.Store.Remove(Volumes, old);
                }
            }

            cluster.Store.Put(Volumes, new JsonObject { ["metadata"] = new JsonObject { ["name"] = VolumeId(cluster, pod, container, folder) }, ["data"] = data.Clone() });
        }
    }

    private static IEnumerable<(string Storage, string Name)> Sources(JsonObject? volume) =>
    [
        ("secrets", volume.Str("secret.secretName")),
        ("configmaps", volume.Str("configMap.name")),
        .. volume.Items("projected.sources").Select(s => s.Obj("secret") is { } secret ? ("secrets", secret.Str("name")) : ("configmaps", s.Str("configMap.name"))),
    ];

    private static string VolumeId(KubeCluster cluster, StoredObject pod, JsonObject container, string folder)
    {
        var mount = container.Items("volumeMounts").FirstOrDefault(m => m.Str("mountPath").TrimEnd('/') == folder);
        var claim = pod.Body.Items("spec.volumes").FirstOrDefault(v => v.Str("name") == mount.Str("name")).Str("persistentVolumeClaim.claimName");
        return claim.Length > 0 && cluster.Store.Find("persistentvolumeclaims", pod.Namespace, claim) is { } bound ? bound.Uid : pod.Uid;
    }

    private static Dictionary<string, string>? Data(KubeCluster cluster, string storage, string ns, string name)
    {
        if (name.Length == 0 || cluster.Store.Find(storage, ns, name) is not { } found)
        {
            return null;
        }

        var map = found.Body.Map("data");
        return storage == "secrets"
            ? map.ToDictionary(p => p.Key, p => Encoding.UTF8.GetString(Convert.FromBase64String(p.Value)), StringComparer.Ordinal)
            : new Dictionary<string, string>(map, StringComparer.Ordinal);
    }
}
