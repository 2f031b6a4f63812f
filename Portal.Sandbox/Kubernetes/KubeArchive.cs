using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Portal.Sandbox.Hosting;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Kubernetes;

/// <summary>Keeps each cluster in a file of its own, written only when something changed: the world file stays small.</summary>
internal sealed class KubeArchive(SandboxOptions options)
{
    private readonly string? folder = options.Data is null ? null : Path.Combine(options.Data, "kubernetes");
    private readonly ConcurrentDictionary<string, long> kept = new(StringComparer.Ordinal);

    public void Clear()
    {
        if (folder is not null && Directory.Exists(folder))
        {
            Directory.Delete(folder, true);
        }
    }

    public void Forget(string clusterId)
    {
        if (folder is not null && File.Exists(PathOf(clusterId)))
        {
            File.Delete(PathOf(clusterId));
        }
    }

    public void Keep(KubeCluster cluster)
    {
        if (folder is null || kept.GetValueOrDefault(cluster.Id) == cluster.Store.Version)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var objects = new JsonObject();
        long version;
        lock (cluster.Store.Gate)
        {
            version = cluster.Store.Version;
            foreach (var storage in cluster.Store.Storages())
            {
                objects[storage] = JsonPaths.Array(cluster.Store.List(storage).Select(o => o.Copy()));
            }
        }

        var state = new JsonObject { ["version"] = version, ["key"] = Convert.ToBase64String(cluster.TokenKey), ["objects"] = objects };
        using (var file = new GZipStream(File.Create(PathOf(cluster.Id) + ".new"), CompressionLevel.Fastest))
        {
            file.Write(Api.Output.Bytes(state));
        }

        File.Move(PathOf(cluster.Id) + ".new", PathOf(cluster.Id), overwrite: true);
        kept[cluster.Id] = version;
    }

    /// <summary>Brings a cluster back, or gives null when nothing was kept of it.</summary>
    public KubeCluster? Load(SandboxContext context, KubernetesClusterSpec spec)
    {
        if (folder is null || !File.Exists(PathOf(spec.Id)))
        {
            return null;
        }

        using var file = new GZipStream(File.OpenRead(PathOf(spec.Id)), CompressionMode.Decompress);
        var state = JsonNode.Parse(file)!.AsObject();
        var cluster = new KubeCluster(context, spec, Convert.FromBase64String(state.Str("key"))) { Version = new KubeVersion(spec.Version, string.Empty) };
        foreach (var (storage, items) in state.Obj("objects")!)
        {
            foreach (var item in items!.AsArray().OfType<JsonObject>().ToList())
            {
                cluster.Store.Restore(storage, item.Clone(), long.Parse(item.Str("metadata.resourceVersion"), System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        cluster.Store.Compact(state["version"]!.GetValue<long>());
        cluster.Forget();
        return cluster;
    }

    private string PathOf(string clusterId) => Path.Combine(folder!, clusterId + ".json.gz");
}
