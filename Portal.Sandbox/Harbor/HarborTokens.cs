using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Harbor;

/// <summary>The registry's token service: signed grants. With a scope even a wrong password gets a token, an empty one.</summary>
internal sealed class HarborTokens(HarborServer server)
{
    private const string Service = "harbor-registry";
    private readonly RSA key = RSA.Create(2048);

    public HarborAnswer Answer(HarborCall call)
    {
        if (call.Query("service") is not Service and var service)
        {
            return new HarborAnswer(400) { Raw = ("text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes("Unable to handle service: " + service)) };
        }

        var scopes = call.Scopes();
        if (scopes.Count == 0 && !call.Caller.IsAuthenticated)
        {
            return new HarborAnswer(401);
        }

        var minutes = int.Parse(server.Setting("token_expiration"), System.Globalization.CultureInfo.InvariantCulture);
        var token = Sign(call.Caller.Name, scopes.Select(s => Access(call, s)), call.Now, TimeSpan.FromMinutes(minutes));
        var body = new JsonObject
        {
            ["token"] = token,
            ["access_token"] = "",
            ["expires_in"] = minutes * 60,
            ["issued_at"] = call.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        };
        return HarborAnswer.Ok(body) with { ContentType = "application/json; charset=utf-8" };
    }

    /// <summary>Gives the caller that a token stands for, or null when it is not ours or over.</summary>
    public HarborCaller? Read(string token)
    {
        var parts = token.Split('.');
        try
        {
            if (parts.Length != 3 || !key.VerifyData(System.Text.Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            {
                return null;
            }

            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
            var grants = claims["access"]!.AsArray().OfType<JsonObject>()
                .SelectMany(a => a["actions"]!.AsArray().Select(action => $"{a.Text("name")}:{action}")).ToHashSet(StringComparer.Ordinal);
            return claims.Number("exp") > server.Clock.Now.ToUnixTimeSeconds() ? new HarborCaller(null, null, claims.Text("sub")) { Grants = grants } : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static JsonObject Access(HarborCall call, (string Type, string Name, string[] Actions) scope)
    {
        var project = call.State.FindProject(scope.Name.Split('/')[0]);
        var actions = new List<string>();
        if (project is not null)
        {
            actions.AddRange(scope.Actions.Where(a => call.Access.May(project, "repository", a)));
            if (actions.Contains("push") && call.Access.May(project, "repository", "delete"))
            {
                actions.Add("delete");
            }
        }

        return new JsonObject { ["type"] = scope.Type, ["name"] = scope.Name, ["actions"] = new JsonArray([.. actions.Distinct().Select(a => (JsonNode)a)]) };
    }

    private string Sign(string subject, IEnumerable<JsonObject> access, DateTimeOffset now, TimeSpan life)
    {
        var header = new JsonObject { ["alg"] = "RS256", ["kid"] = "SANDBOX", ["typ"] = "JWT" };
        var claims = new JsonObject
        {
            ["iss"] = "harbor-token-issuer",
            ["sub"] = subject,
            ["aud"] = Service,
            ["exp"] = now.Add(life).ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
            ["access"] = new JsonArray([.. access]),
        };
        var text = Base64Url.EncodeToString(header.Bytes()) + "." + Base64Url.EncodeToString(claims.Bytes());
        return text + "." + Base64Url.EncodeToString(key.SignData(System.Text.Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }
}
