using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Patching;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Server-side apply over HTTP.</summary>
internal static class Applying
{
    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request)
    {
        var form = Output.FormOf(request.Http);
        var text = await Bodies.TextAsync(request.Http);
        var manager = request.Query("fieldManager");
        if (string.IsNullOrEmpty(manager))
        {
            throw KubeException.Invalid("meta.k8s.io", "PatchOptions", string.Empty, [Cause.Required("fieldManager", "is required for apply patch")]);
        }

        var config = Yaml.Parse(text) ?? throw KubeException.BadRequest("error decoding YAML: the patch is not an object");
        var type = request.Type;
        if (config.Str("apiVersion") != type.ApiVersion)
        {
            throw KubeException.BadRequest($"Incorrect version specified in apply patch. Specified patch version: {config.Str("apiVersion")}, expected: {type.ApiVersion}");
        }

        if (config.At("metadata.managedFields") is not null)
        {
            throw KubeException.BadRequest("metadata.managedFields must be nil");
        }

        Bodies.Prune(request, config, patch: true);
        Resources.CheckNamespace(request, config);
        var (status, body) = Apply(cluster, request, config, manager);
        await Resources.AnswerAsync(cluster, request, status, body, form);
    }

    private static (int Status, JsonObject Body) Apply(KubeCluster cluster, KubeRequest request, JsonObject config, string manager)
    {
        var type = request.Type;
        var parts = request.Parts;
        var options = Resources.Options(request, managed: true);
        lock (cluster.Store.Gate)
        {
            if (cluster.Store.Find(type.Storage, parts.Namespace, parts.Name) is not null)
            {
                return (200, cluster.Writer.Update(type, parts.Namespace, parts.Name, parts.Subresource, live =>
                    ServerSideApply.Apply(live, Wanted(config), manager, type.ApiVersion, parts.Subresource, request.Flag("force"), cluster.Now), options));
            }

            if (parts.Subresource.Length > 0)
            {
                throw KubeException.NotFound(type.Group, type.Plural, parts.Name);
            }

            var made = ServerSideApply.Apply(null, Wanted(config), manager, type.ApiVersion, string.Empty, false, cluster.Now);
            made.Child("metadata")["name"] = parts.Name;
            return (201, cluster.Writer.Create(type, parts.Namespace, made, options));
        }
    }

    /// <summary>What a client may own: no status (unless asked for), no bookkeeping.</summary>
    private static JsonObject Wanted(JsonObject config)
    {
        var wanted = config.Clone();
        foreach (var name in new[] { "uid", "creationTimestamp", "generation", "resourceVersion" })
        {
            wanted.Child("metadata").Remove(name);
        }

        return wanted;
    }
}
