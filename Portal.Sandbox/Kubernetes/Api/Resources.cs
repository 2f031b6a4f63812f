using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Patching;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Writing;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The plain verbs on stored objects.</summary>
internal static class Resources
{
    public static async Task GetAsync(KubeCluster cluster, KubeRequest request)
    {
        var form = Output.FormOf(request.Http);
        var found = cluster.Store.Find(request.Type.Storage, request.Parts.Namespace, request.Parts.Name)
            ?? throw KubeException.NotFound(request.Type.Group, request.Type.Plural, request.Parts.Name);
        await AnswerAsync(cluster, request, 200, found.Copy(), form);
    }

    public static async Task CreateAsync(KubeCluster cluster, KubeRequest request)
    {
        var form = Output.FormOf(request.Http);
        var type = request.Type;
        var body = await Bodies.ObjectAsync(request, type.Kind, type.Group, type.Version);
        Bodies.Prune(request, body);
        CheckNamespace(request, body);
        Versions.ToStored(type, body);
        var stored = cluster.Types.ByStorage(type.Storage) ?? type;
        var made = cluster.Writer.Create(type.IsCustom ? type : stored, request.Parts.Namespace, body, Options(request));
        await AnswerAsync(cluster, request, 201, made, form);
    }

    public static async Task UpdateAsync(KubeCluster cluster, KubeRequest request)
    {
        var form = Output.FormOf(request.Http);
        var type = request.Type;
        var body = await Bodies.ObjectAsync(request, type.Kind, type.Group, type.Version);
        Bodies.Prune(request, body);
        CheckNamespace(request, body);
        Versions.ToStored(type, body);
        var stored = type.IsCustom ? type : cluster.Types.ByStorage(type.Storage) ?? type;
        var changed = cluster.Writer.Update(stored, request.Parts.Namespace, request.Parts.Name, request.Parts.Subresource, _ => body, Options(request));
        await AnswerAsync(cluster, request, 200, changed, form);
    }

    public static async Task PatchAsync(KubeCluster cluster, KubeRequest request)
    {
        var media = (request.Http.Request.ContentType ?? string.Empty).Split(';')[0].Trim();
        if (media == "application/apply-patch+yaml")
        {
            await Applying.AnswerAsync(cluster, request);
            return;
        }

        if (media is not ("application/json-patch+json" or "application/merge-patch+json" or "application/strategic-merge-patch+json")
            || (media.Contains("strategic", StringComparison.Ordinal) && request.Type.IsCustom))
        {
            throw new KubeException(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);
        }

        var form = Output.FormOf(request.Http);
        var text = await Bodies.TextAsync(request.Http);
        var stored = request.Type.IsCustom ? request.Type : cluster.Types.ByStorage(request.Type.Storage) ?? request.Type;
        var changed = cluster.Writer.Update(stored, request.Parts.Namespace, request.Parts.Name, request.Parts.Subresource, body => Patched(request, media, text, body), Options(request));
        await AnswerAsync(cluster, request, 200, changed, form);
    }

    public static async Task DeleteAsync(KubeCluster cluster, KubeRequest request)
    {
        var options = await Bodies.OptionsAsync(request.Http);
        var gone = Deleter.Delete(cluster, request.Type, request.Parts.Namespace, request.Parts.Name, options, request.DryRun || options.Strings("dryRun").Contains("All"));
        await Output.JsonAsync(request.Http, 200, gone.Str("kind") == "Status" ? gone : Versions.Convert(request.Type, gone));
    }

    public static async Task DeleteManyAsync(KubeCluster cluster, KubeRequest request)
    {
        var options = await Bodies.OptionsAsync(request.Http);
        var items = Lists.Select(cluster, request).ToList();
        foreach (var item in items)
        {
            try
            {
                Deleter.Delete(cluster, request.Type, item.Namespace, item.Name, options?.Clone(), request.DryRun);
            }
            catch (KubeException e) when (e.Code == 404)
            {
                // Gone meanwhile.
            }
        }

        await Output.JsonAsync(request.Http, 200, new JsonObject
        {
            ["kind"] = request.Type.ListKind,
            ["apiVersion"] = request.Type.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = cluster.Store.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            ["items"] = JsonPaths.Array(items.Select(i => i.Copy())),
        });
    }

    public static Task AnswerAsync(KubeCluster cluster, KubeRequest request, int status, JsonObject body, Form form) =>
        Output.JsonAsync(request.Http, status, Output.Shape(cluster, request.Type, Versions.Convert(request.Type, body), form, request.Query("includeObject") ?? "Metadata"));

    public static WriteOptions Options(KubeRequest request, bool managed = false)
    {
        var agent = request.Http.Request.Headers.UserAgent.ToString();
        var manager = request.Query("fieldManager") ?? (agent.Length == 0 ? "unknown" : agent.Split('/')[0]);
        return new WriteOptions(manager, request.DryRun, managed);
    }

    public static void CheckNamespace(KubeRequest request, JsonObject body)
    {
        if (request.Type.Namespaced && body.Namespace() is { Length: > 0 } ns && ns != request.Parts.Namespace)
        {
            throw KubeException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static JsonObject Patched(KubeRequest request, string media, string text, JsonObject body)
    {
        JsonNode? patch;
        try
        {
            patch = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw KubeException.BadRequest("error decoding patch: invalid character looking for beginning of value");
        }

        switch (patch)
        {
            case JsonArray operations when media.StartsWith("application/json-patch", StringComparison.Ordinal):
                body = Patches.Json(body, operations);
                break;
            case JsonObject merge when media.StartsWith("application/merge", StringComparison.Ordinal):
                Patches.Merge(body, merge);
                break;
            case JsonObject merge when media.StartsWith("application/strategic", StringComparison.Ordinal):
                Patches.Strategic(body, merge);
                break;
            default:
                throw KubeException.BadRequest("error decoding patch: json: cannot unmarshal into Go value of type jsonpatch.Patch");
        }

        Bodies.Prune(request, body, patch: true);
        return body;
    }
}
