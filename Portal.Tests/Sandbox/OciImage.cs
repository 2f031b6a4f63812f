using System.IO.Compression;
using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portal.Tests.Sandbox;

/// <summary>A small image (or an index of two platforms) in an OCI layout on disk, with what a registry must make of it.</summary>
/// <param name="Source">What <c>skopeo copy</c> takes.</param>
/// <param name="Digest">Digest of the manifest or index.</param>
/// <param name="Size">Bytes of manifest, configuration and layers; an index counts what it lists.</param>
internal sealed record OciImage(string Source, string Digest, long Size)
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    private const string Index = "application/vnd.oci.image.index.v1+json";

    /// <summary>Gets the digests of what an index lists.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Writes an image with one layer of random bytes.</summary>
    public static OciImage Write(string folder, int bytes = 2000)
    {
        var layout = Begin(folder);
        var image = WriteImage(layout, "amd64", bytes);
        WriteEntries(layout, [new { mediaType = Manifest, digest = image.Digest, size = image.ManifestSize }]);
        return new OciImage("oci:" + layout, image.Digest, image.Size);
    }

    /// <summary>Writes an index for amd64 and arm64.</summary>
    public static OciImage WriteIndex(string folder)
    {
        var layout = Begin(folder);
        var images = new[] { "amd64", "arm64" }.Select(a => (Architecture: a, Image: WriteImage(layout, a, 2000))).ToList();
        var entries = images.Select(i => new { mediaType = Manifest, digest = i.Image.Digest, size = i.Image.ManifestSize, platform = new { architecture = i.Architecture, os = "linux" } });
        var (digest, size) = Blob(layout, JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = Index, manifests = entries }));
        WriteEntries(layout, [new { mediaType = Index, digest, size }]);
        return new OciImage("oci:" + layout, digest, size + images.Sum(i => i.Image.Size)) { Parts = [.. images.Select(i => i.Image.Digest)] };
    }

    private static string Begin(string folder)
    {
        var layout = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        return layout;
    }

    private static void WriteEntries(string layout, IEnumerable<object> manifests) =>
        File.WriteAllBytes(Path.Combine(layout, "index.json"), JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, manifests }));

    private static (string Digest, long ManifestSize, long Size) WriteImage(string layout, string architecture, int bytes)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "app") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(bytes)) });
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar.ToArray());
        }

        var (layer, layerSize) = Blob(layout, packed.ToArray());
        var diff = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(tar.ToArray()));
        var (config, configSize) = Blob(layout, JsonSerializer.SerializeToUtf8Bytes(new { created = "2026-05-04T08:00:00Z", architecture, os = "linux", config = new { }, rootfs = new { type = "layers", diff_ids = new[] { diff } }, history = new[] { new { created = "2026-05-04T08:00:00Z", created_by = "COPY app /" } } }));
        var (digest, size) = Blob(layout, JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = Manifest,
            config = new { mediaType = "application/vnd.oci.image.config.v1+json", digest = config, size = configSize },
            layers = new[] { new { mediaType = "application/vnd.oci.image.layer.v1.tar+gzip", digest = layer, size = layerSize } },
        }));
        return (digest, size, size + configSize + layerSize);
    }

    private static (string Digest, long Size) Blob(string layout, byte[] bytes)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllBytes(Path.Combine(layout, "blobs", "sha256", digest), bytes);
        return ("sha256:" + digest, bytes.Length);
    }
}
