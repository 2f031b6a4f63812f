using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Store;

/// <summary>One version of one object, kept as its JSON text: compact, and never changed.</summary>
internal sealed class StoredObject
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly WeakReference<JsonObject?> parsed = new(null);

    public StoredObject(JsonObject body, long version)
    {
        Json = JsonSerializer.SerializeToUtf8Bytes(body, Relaxed);
        Name = body.Name();
        Namespace = body.Namespace();
        Uid = body.Uid();
        Version = version;
        Labels = body.Map("metadata.labels");
        parsed.SetTarget(body);
    }

    public byte[] Json { get; }

    public string Name { get; }

    public string Namespace { get; }

    public string Uid { get; }

    public long Version { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public string Key => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>Gets the object to read; whoever wants to change it takes <see cref="Copy"/>.</summary>
    public JsonObject Body
    {
        get
        {
            if (parsed.TryGetTarget(out var body) && body is not null)
            {
                return body;
            }

            body = Copy();
            parsed.SetTarget(body);
            return body;
        }
    }

    public JsonObject Copy() => JsonNode.Parse(Json)!.AsObject();
}
