using System.Text.Json.Nodes;

namespace Portal.Sandbox.World;

/// <summary>Shared by the OpenID provider with those who accept its tokens.</summary>
public interface IAccessTokens
{
    /// <summary>Gives the claims of a JWT that this provider signed and that has not expired, whatever its audience; else null.</summary>
    JsonObject? Verify(string token);

    /// <summary>Gives the claims of an opaque access token that is active; null for all else, JWTs included.</summary>
    JsonObject? Introspect(string token);
}
