using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Schema;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The forms in which an object can be asked for.</summary>
internal enum Form
{
    /// <summary>Whole objects.</summary>
    Whole,

    /// <summary>A table with columns.</summary>
    Table,

    /// <summary>Metadata only.</summary>
    Metadata,
}

/// <summary>Writes answers.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Relaxed);

    public static Task JsonAsync(HttpContext http, int status, JsonNode body) => BytesAsync(http, status, Bytes(body));

    public static async Task BytesAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    public static async Task TextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted);
    }

    public static Task RefuseAsync(HttpContext http, KubeException refusal)
    {
        if (refusal.RetryAfter is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return JsonAsync(http, refusal.Code, refusal.Status());
    }

    /// <summary>Reads the Accept header.</summary>
    /// <exception cref="KubeException">406: nothing of what is asked for can be given.</exception>
    public static Form FormOf(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Length == 0)
        {
            return Form.Whole;
        }

        foreach (var part in accept.Split(',').Select(p => p.Trim()))
        {
            var media = part.Split(';')[0];
            if (part.Contains("as=Table", StringComparison.Ordinal) && media == "application/json")
            {
                return Form.Table;
            }

            if (part.Contains("as=PartialObjectMetadata", StringComparison.Ordinal) && media == "application/json")
            {
                return Form.Metadata;
            }

            if (media is "application/json" or "*/*" or "application/*" && !part.Contains("as=", StringComparison.Ordinal))
            {
                return Form.Whole;
            }
        }

        throw new KubeException(
            406,
            "NotAcceptable",
            "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
            []);
    }

    /// <summary>Writes one object in the form asked for.</summary>
    public static JsonObject Shape(KubeCluster cluster, ResourceType type, JsonObject body, Form form, string include) => form switch
    {
        Form.Table => Tables.Of(cluster, type, [body], body.Str("metadata.resourceVersion"), null, null, include),
        Form.Metadata => Partial(body),
        _ => body,
    };

    public static JsonObject Partial(JsonObject body) => new() { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = body["metadata"]?.DeepClone() };
}
