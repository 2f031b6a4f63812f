using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>The API described: version 3 with the fields of every kind, version 2 (for old clients) valid and without definitions.</summary>
internal static class Openapi
{
    public static Task V2Async(KubeCluster cluster, HttpContext http)
    {
        if (http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal))
        {
            return ProtobufAsync(http, "2.0", cluster.Version.Plain, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
        }

        return Output.JsonAsync(http, 200, new JsonObject
        {
            ["swagger"] = "2.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = cluster.Version.Plain + cluster.Version.Suffix },
            ["paths"] = new JsonObject(),
            ["definitions"] = new JsonObject(),
        });
    }

    public static async Task IndexAsync(KubeCluster cluster, HttpContext http)
    {
        http.Response.Headers.AcceptRanges = "bytes";
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.Body.WriteAsync(Output.Bytes(Discovery.Openapi3(cluster)), http.RequestAborted);
    }

    public static Task V3Async(KubeCluster cluster, HttpContext http, string name)
    {
        if (http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal))
        {
            return ProtobufAsync(http, "3.0.0", cluster.Version.Plain, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf");
        }

        return Output.JsonAsync(http, 200, new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = cluster.Version.Plain + cluster.Version.Suffix },
            ["paths"] = OpenapiDocument.Paths(cluster, name),
            ["components"] = new JsonObject { ["schemas"] = OpenapiDocument.Schemas(cluster, name) },
        });
    }

    /// <summary>Field 1 the version of OpenAPI, field 2 the info (title, version): the same in both documents.</summary>
    private static async Task ProtobufAsync(HttpContext http, string openapi, string version, string media)
    {
        var info = Field(1, "Kubernetes"u8).Concat(Field(2, System.Text.Encoding.UTF8.GetBytes(version))).ToArray();
        var body = Field(1, System.Text.Encoding.UTF8.GetBytes(openapi)).Concat(Field(2, info)).ToArray();
        http.Response.ContentType = media;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content) => [(byte)((number << 3) | 2), (byte)content.Length, .. content];
}
