using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>The images that worlds push by name; any other name gives a small image made up from it.</summary>
internal static class HarborKnownImages
{
    private static readonly Lazy<JsonObject> Known = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("harbor/images")!;
        return JsonNode.Parse(stream)!.AsObject();
    });

    /// <summary>Gives manifest and configuration, byte for byte.</summary>
    public static (byte[] Manifest, byte[] Config) Find(string image, string repository) =>
        Known.Value[image] is JsonObject known ? (Encoding.UTF8.GetBytes(known.Text("manifest")), Encoding.UTF8.GetBytes(known.Text("config"))) : MakeUp(image.Length > 0 ? image : repository, "amd64");

    /// <summary>Makes up a small image from a name.</summary>
    public static (byte[] Manifest, byte[] Config) MakeUp(string name, string architecture)
    {
        var layer = HarborImageStore.DigestOf(Encoding.UTF8.GetBytes(name));
        var config = new JsonObject
        {
            ["created"] = "2026-05-04T08:00:00Z",
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject { ["Labels"] = new JsonObject { ["org.opencontainers.image.title"] = name } },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layer) },
            ["history"] = new JsonArray(new JsonObject { ["created"] = "2026-05-04T08:00:00Z", ["created_by"] = $"COPY {name} /" }),
        }.Bytes();
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = HarborImageStore.DigestOf(config), ["size"] = config.Length },
            ["layers"] = new JsonArray(new JsonObject { ["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip", ["digest"] = layer, ["size"] = 20_000_000 + (name.Length * 1_000_000) }),
        }.Bytes();
        return (manifest, config);
    }
}
