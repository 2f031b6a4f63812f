using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Rbac;

/// <summary>Signed tokens of service accounts (ES256), believed while the account they name exists and they have not expired.</summary>
internal sealed class ServiceAccountTokens(ObjectStore store, byte[] privateKey) : IDisposable
{
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";
    private readonly Lazy<ECDsa> key = new(() =>
    {
        var made = ECDsa.Create();
        made.ImportPkcs8PrivateKey(privateKey, out _);
        return made;
    });

    public static byte[] NewKey()
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return made.ExportPkcs8PrivateKey();
    }

    public void Dispose()
    {
        if (key.IsValueCreated)
        {
            key.Value.Dispose();
        }
    }

    public string Issue(StoredObject account, IReadOnlyList<string> audiences, DateTimeOffset now, DateTimeOffset? end, JsonObject? boundTo)
    {
        var kube = new JsonObject { ["namespace"] = account.Namespace, ["serviceaccount"] = new JsonObject { ["name"] = account.Name, ["uid"] = account.Uid } };
        if (boundTo is not null)
        {
            kube[boundTo.Str("kind") == "Secret" ? "secret" : "pod"] = new JsonObject { ["name"] = boundTo.Str("name"), ["uid"] = boundTo.Str("uid") };
        }

        var claims = new JsonObject { ["aud"] = JsonPaths.Texts(audiences), ["iat"] = now.ToUnixTimeSeconds(), ["iss"] = Issuer, ["kubernetes.io"] = kube, ["nbf"] = now.ToUnixTimeSeconds() };
        if (end is { } expiry)
        {
            claims["exp"] = expiry.ToUnixTimeSeconds();
        }

        claims["sub"] = $"system:serviceaccount:{account.Namespace}:{account.Name}";
        var head = Encode(Encoding.UTF8.GetBytes("{\"alg\":\"ES256\",\"kid\":\"sandbox\"}"));
        var signed = $"{head}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{signed}.{Encode(key.Value.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Gives whom a token stands for, or null when it is not (or no longer) good.</summary>
    public KubeUser? Check(string token, DateTimeOffset now)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[1]) is not { } body || Decode(parts[2]) is not { } signature
            || !key.Value.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256))
        {
            return null;
        }

        var claims = JsonNode.Parse(body)!;
        var about = claims["kubernetes.io"]!;
        if ((claims["exp"]?.GetValue<long>() is { } end && now.ToUnixTimeSeconds() >= end) || !claims.Strings("aud").Contains(Issuer))
        {
            return null;
        }

        var account = store.Find("serviceaccounts", about.Str("namespace"), about.Str("serviceaccount.name"));
        return account is null || account.Uid != about.Str("serviceaccount.uid") || !StillThere("pods", "pod", about) || !StillThere("secrets", "secret", about)
            ? null
            : Of(account);
    }

    public static KubeUser Of(StoredObject account) => new(
        $"system:serviceaccount:{account.Namespace}:{account.Name}",
        ["system:serviceaccounts", $"system:serviceaccounts:{account.Namespace}", "system:authenticated"],
        account.Uid);

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[]? Decode(string text)
    {
        var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    private bool StillThere(string storage, string claim, JsonNode about) =>
        about[claim] is not { } bound || store.Find(storage, about.Str("namespace"), bound.Str("name"))?.Uid == bound.Str("uid");
}
