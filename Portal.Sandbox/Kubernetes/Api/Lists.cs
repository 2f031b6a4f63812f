using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Lists: selected, in pages, whole or as a table.</summary>
internal static class Lists
{
    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request)
    {
        var form = Output.FormOf(request.Http);
        var page = Read(cluster, request);
        var version = page.Version.ToString(CultureInfo.InvariantCulture);
        switch (form)
        {
            case Form.Table:
                await Output.JsonAsync(request.Http, 200, Tables.Of(cluster, request.Type, page.Items.Select(i => i.Body), version, page.Next, page.Left, request.Query("includeObject") ?? "Metadata"));
                break;
            case Form.Metadata:
                var partial = new JsonObject { ["kind"] = "PartialObjectMetadataList", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = Metadata(version, page) };
                partial["items"] = JsonPaths.Array(page.Items.Select(i => Output.Partial(i.Body)));
                await Output.JsonAsync(request.Http, 200, partial);
                break;
            default:
                await Output.BytesAsync(request.Http, 200, Whole(request.Type, page, version));
                break;
        }
    }

    public static IEnumerable<StoredObject> Select(KubeCluster cluster, KubeRequest request)
    {
        var labels = LabelSelector.Parse(request.Query("labelSelector"));
        var fields = FieldSelector.Parse(request.Type.Storage, request.Query("fieldSelector"));
        var ns = request.Type.Namespaced && request.Parts.Namespace.Length > 0 ? request.Parts.Namespace : null;
        return cluster.Store.List(request.Type.Storage, ns).Where(item => labels(item.Labels) && fields(item));
    }

    private static Page Read(KubeCluster cluster, KubeRequest request)
    {
        var token = request.Query("continue") is { Length: > 0 } text ? ContinueToken.Read(text) : null;
        var limit = int.TryParse(request.Query("limit"), CultureInfo.InvariantCulture, out var number) ? number : 0;
        lock (cluster.Store.Gate)
        {
            CheckVersion(cluster, request, token);
            var items = Select(cluster, request).ToList();
            var version = token is { Version: > 0 } ? token.Version : cluster.Store.Version;
            if (token is not null)
            {
                items = [.. items.Where(i => string.CompareOrdinal(Key(request, i), token.Start) > 0)];
            }

            if (limit == 0 || items.Count <= limit)
            {
                return new Page(items, version, null, null);
            }

            var next = new ContinueToken(version, Key(request, items[limit - 1])).Write();
            var selected = request.Query("labelSelector") is not null || request.Query("fieldSelector") is not null;
            return new Page(items[..limit], version, next, selected ? null : items.Count - limit);
        }
    }

    private static string Key(KubeRequest request, StoredObject item) => request.Parts.Namespace.Length > 0 ? item.Name : item.Key;

    private static void CheckVersion(KubeCluster cluster, KubeRequest request, ContinueToken? token)
    {
        if (token is { Version: > 0 } && token.Version < cluster.Store.Compacted)
        {
            throw new KubeException(
                410,
                "Expired",
                "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
            {
                Continue = new ContinueToken(-1, token.Start).Write(),
            };
        }

        if (request.Query("resourceVersion") is not { Length: > 0 } version)
        {
            return;
        }

        if (!long.TryParse(version, CultureInfo.InvariantCulture, out var wanted))
        {
            throw Watches.BadVersion(version);
        }

        if (wanted > cluster.Store.Version)
        {
            var details = new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            };
            throw new KubeException(504, "Timeout", $"Timeout: Too large resource version: {wanted}, current: {cluster.Store.Version}", details) { RetryAfter = 1 };
        }
    }

    private static JsonObject Metadata(string version, Page page, bool custom = false)
    {
        var metadata = new JsonObject();
        if (custom)
        {
            metadata["continue"] = string.Empty;
        }

        metadata["resourceVersion"] = version;
        if (page.Next is not null)
        {
            metadata["continue"] = page.Next;
        }

        if (page.Left is { } left)
        {
            metadata["remainingItemCount"] = left;
        }

        return metadata;
    }

    private static byte[] Whole(ResourceType type, Page page, string version)
    {
        using var buffer = new MemoryStream();
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.ApiVersion}\",\"metadata\":"));
        buffer.Write(Output.Bytes(Metadata(version, page, type.IsCustom)));
        buffer.Write(",\"items\":["u8);
        var first = true;
        foreach (var item in page.Items)
        {
            if (!first)
            {
                buffer.WriteByte((byte)',');
            }

            first = false;
            Item(buffer, type, item);
        }

        buffer.Write("]}"u8);
        return buffer.ToArray();
    }

    private static void Item(MemoryStream buffer, ResourceType type, StoredObject item)
    {
        if (type.IsCustom)
        {
            buffer.Write(Output.Bytes(Versions.Convert(type, item.Copy())));
            return;
        }

        // Built-in items come without kind and apiVersion, which are stored first.
        var json = item.Json;
        var prefix = Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.ApiVersion}\",");
        if (json.AsSpan().StartsWith(prefix))
        {
            buffer.WriteByte((byte)'{');
            buffer.Write(json.AsSpan(prefix.Length));
            return;
        }

        var body = Versions.Convert(type, item.Copy());
        body.Remove("kind");
        body.Remove("apiVersion");
        buffer.Write(Output.Bytes(body));
    }

    private sealed record Page(IReadOnlyList<StoredObject> Items, long Version, string? Next, int? Left);
}
