using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>A manifest that is pushed: read whole, as little else is, and looked at before the registry gets it.</summary>
internal static class RegistryManifest
{
    private const int Largest = 4 << 20;

    public static JsonObject Parse(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new HarborException(400, "MANIFEST_INVALID", "manifest invalid");
        }
    }

    public static async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > Largest)
            {
                throw new HarborException(413, "SIZE_INVALID", "manifest too large");
            }
        }

        return body.ToArray();
    }

    /// <summary>An index comes after what it lists.</summary>
    public static void CheckParts(HarborCall call, string name, JsonObject manifest)
    {
        var own = call.State.Repositories.Find(r => r.Name == name)?.Artifacts ?? [];
        foreach (var child in (manifest["manifests"] as JsonArray ?? []).OfType<JsonObject>().Select(m => m.Text("digest")))
        {
            if (!own.Exists(a => a.Digest == child))
            {
                throw HarborException.NotFound($"artifact {name}@{child} not found");
            }
        }
    }
}
