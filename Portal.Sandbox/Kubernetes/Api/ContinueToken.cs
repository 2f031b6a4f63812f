using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Where the next page of a list begins.</summary>
internal sealed record ContinueToken(long Version, string Start)
{
    public string Write() => Encode($"{{\"v\":\"meta.k8s.io/v1\",\"rv\":{Version},\"start\":{JsonSerializer.Serialize(Start + "\0")}}}");

    /// <exception cref="KubeException">400: no such token was given out.</exception>
    public static ContinueToken Read(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        var bytes = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, bytes, out var length))
        {
            throw KubeException.BadRequest("invalid continue token: continue key is not valid: illegal base64 data at input byte 0");
        }

        try
        {
            var json = JsonNode.Parse(bytes.AsSpan(0, length))!.AsObject();
            return new ContinueToken(json["rv"]!.GetValue<long>(), json["start"]!.GetValue<string>().TrimEnd('\0'));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException)
        {
            var first = bytes[0] < 0x80 ? $"'{(char)bytes[0]}'" : $"'\\u00{bytes[0]:x2}'";
            throw KubeException.BadRequest($"invalid continue token: continue key is not valid: invalid character {first} looking for beginning of value");
        }
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
