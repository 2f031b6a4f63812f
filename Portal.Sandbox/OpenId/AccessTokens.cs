using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Keystone;
using Portal.Sandbox.World;

namespace Portal.Sandbox.OpenId;

/// <summary>Checks tokens as mod_auth_openidc does: signature and life, nothing else.</summary>
internal sealed class AccessTokens(OpenIdState state, TimeProvider clock) : IAccessTokens
{
    public JsonObject? Verify(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || Read(parts[0]).Text("alg") != "RS256" || Read(parts[1]) is not { } claims)
        {
            return null;
        }

        return Decode(parts[2]) is { } signature
            && state.Key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && claims.Number("exp") is { } expires && DateTimeOffset.FromUnixTimeSeconds(expires) > clock.GetUtcNow()
            ? claims : null;
    }

    public JsonObject? Introspect(string token) => state.Introspect(token);

    /// <summary>Gives the claims of a JWT without any check.</summary>
    public static JsonObject? Peek(string token) => token.Split('.') is [_, var payload, _] ? Read(payload) : null;

    private static JsonObject? Read(string part)
    {
        try
        {
            return Decode(part) is { } bytes ? JsonNode.Parse(bytes) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static byte[]? Decode(string part) => Base64Url.IsValid(part) ? Base64Url.DecodeFromChars(part) : null;
}
