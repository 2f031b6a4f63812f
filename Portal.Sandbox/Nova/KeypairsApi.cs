using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;
using Portal.Sandbox.World;

namespace Portal.Sandbox.Nova;

/// <summary><c>/os-keypairs</c>: a user sees own keypairs only, whatever the project.</summary>
internal sealed class KeypairsApi(Cloud cloud)
{
    public Task AnswerAsync(HttpContext http, string[] path, TokenInfo token, JsonNode? body, int minor)
    {
        cloud.AdoptKeypairs(token.UserId, token.UserName);
        var own = cloud.Keypairs.Where(k => k.User == token.UserId).ToList();
        switch (http.Request.Method, path)
        {
            case ("GET", [_]):
                return Reply.JsonAsync(http, 200, new JsonObject { ["keypairs"] = new JsonArray([.. own.OrderBy(k => k.Name, StringComparer.Ordinal).Select(k => (JsonNode?)new JsonObject { ["keypair"] = Short(k, minor) })]) });
            case ("POST", [_]):
                return Create(http, token, body?["keypair"] as JsonObject, minor);
            case ("GET", [_, var name]) when own.Find(k => k.Name == name) is { } found:
                return Reply.JsonAsync(http, 200, new JsonObject { ["keypair"] = Full(found, token, minor) });
            case ("DELETE", [_, var name]) when own.Find(k => k.Name == name) is { } doomed:
                cloud.Keypairs.Remove(doomed);
                return Reply.EmptyAsync(http, minor >= 2 ? 204 : 202);
            default:
                return NovaService.Error(http, 404, "itemNotFound", path.Length == 2 ? $"Keypair {path[1]} not found for user {token.UserId}" : "The resource could not be found.");
        }
    }

    private static JsonObject Short(Keypair pair, int minor)
    {
        var shown = new JsonObject { ["name"] = pair.Name, ["public_key"] = pair.PublicKey, ["fingerprint"] = pair.Fingerprint };
        if (minor >= 2)
        {
            shown["type"] = pair.Type;
        }

        return shown;
    }

    private static JsonObject Full(Keypair pair, TokenInfo token, int minor)
    {
        var shown = Short(pair, minor);
        shown["user_id"] = token.UserId;
        shown["id"] = pair.Id;
        shown["created_at"] = pair.Created.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        shown["updated_at"] = null;
        shown["deleted"] = false;
        shown["deleted_at"] = null;
        return shown;
    }

    private Task Create(HttpContext http, TokenInfo token, JsonObject? wish, int minor)
    {
        if (wish?["name"]?.ToString() is not { Length: > 0 and <= 255 } name)
        {
            return NovaService.Error(http, 400, "badRequest", "Invalid input for field/attribute keypair. Value: {}. 'name' is a required property");
        }

        if (name.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ' or '.' or '@')))
        {
            return NovaService.Error(http, 400, "badRequest", "Keypair data is invalid: Keypair name contains unsafe characters");
        }

        if (cloud.Keypairs.Exists(k => k.User == token.UserId && k.Name == name))
        {
            return NovaService.Error(http, 409, "conflictingRequest", $"Key pair '{name}' already exists.");
        }

        if (cloud.Keypairs.Count(k => k.User == token.UserId) >= cloud.Quotas.Limit(token.ProjectId ?? "", "key_pairs"))
        {
            return NovaService.Error(http, 403, "forbidden", "Quota exceeded, too many key pairs.");
        }

        var given = wish["public_key"]?.ToString();
        var made = given is null ? SshKeys.Make() : (given, null!);
        if (SshKeys.Read(token.UserId, name, made.Item1, cloud.Keypairs.Select(k => k.Id).DefaultIfEmpty().Max() + 1, cloud.Now) is not { } pair)
        {
            return NovaService.Error(http, 400, "badRequest", "Keypair data is invalid: failed to generate fingerprint");
        }

        cloud.Keypairs.Add(pair);
        var shown = Short(pair, minor);
        shown["user_id"] = token.UserId;
        if (given is null)
        {
            shown["private_key"] = made.Item2;
        }

        return Reply.JsonAsync(http, minor >= 2 ? 201 : 200, new JsonObject { ["keypair"] = shown });
    }
}
