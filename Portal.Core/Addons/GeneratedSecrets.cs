using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Addons;

/// <summary>Secrets that are made in the cluster and known to it alone: not to the journal, not to the log, not to the portal's storage.</summary>
internal static partial class GeneratedSecrets
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static readonly KubernetesResource Secrets = KubernetesResource.Of("v1", "Secret");

    /// <summary>Makes a secret that is not there, and adds keys that one lacks; values that are there stay, since volumes may have been written with them.</summary>
    public static async Task EnsureAsync(IKubernetesApi api, string addon, string inNamespace, GeneratedSecret secret, CancellationToken cancellationToken)
    {
        var live = await api.FindAsync(Secrets, inNamespace, secret.Name, cancellationToken).ConfigureAwait(false);
        if (live is null)
        {
            live = await CreateAsync(api, Body(addon, inNamespace, secret, Missing(secret, [])), cancellationToken).ConfigureAwait(false);
        }

        var there = live["data"] as JsonObject ?? [];
        var missing = Missing(secret, there);
        if (missing.Count > 0)
        {
            var whole = new JsonObject([.. there.Concat(missing).Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone()))]);
            await api.ApplyAsync(Body(addon, inNamespace, secret, whole), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a user name and a password.</summary>
    /// <exception cref="BackendException">The secret or a key of it is not there.</exception>
    public static async Task<(string User, string Password)> LoginAsync(IKubernetesApi api, string inNamespace, AddonLogin login, CancellationToken cancellationToken)
    {
        var secret = await api.FindAsync(Secrets, inNamespace, login.Secret, cancellationToken).ConfigureAwait(false);
        return (Value(secret, login.Secret, login.UserKey), Value(secret, login.Secret, login.PasswordKey));
    }

    /// <summary>Reads one value.</summary>
    /// <exception cref="BackendException">The secret or the key is not there.</exception>
    public static async Task<string> ReadAsync(IKubernetesApi api, string inNamespace, string name, string key, CancellationToken cancellationToken) =>
        Value(await api.FindAsync(Secrets, inNamespace, name, cancellationToken).ConfigureAwait(false), name, key);

    /// <summary>Puts values of Secrets in place of <c>{{secret/key}}</c>; for what is sent at once and kept nowhere.</summary>
    /// <exception cref="BackendException">A secret or a key of it is not there.</exception>
    public static async Task<string> FillAsync(IKubernetesApi api, string inNamespace, string text, CancellationToken cancellationToken)
    {
        foreach (var match in Reference().Matches(text).DistinctBy(m => m.Value))
        {
            var (name, key) = (match.Groups[1].Value, match.Groups[2].Value);
            var secret = await api.FindAsync(Secrets, inNamespace, name, cancellationToken).ConfigureAwait(false);
            text = text.Replace(match.Value, Value(secret, name, key), StringComparison.Ordinal);
        }

        return text;
    }

    private static string Value(JsonObject? secret, string name, string key) => secret?["data"]?[key]?.GetValue<string>() is { } value
        ? Encoding.UTF8.GetString(Convert.FromBase64String(value))
        : throw new BackendException("kubernetes", $"read Secret {name}", BackendFailure.NotFound, $"no key {key}");

    private static async Task<JsonObject> CreateAsync(IKubernetesApi api, JsonObject body, CancellationToken cancellationToken)
    {
        var (space, name) = (body["metadata"]!["namespace"]!.GetValue<string>(), body["metadata"]!["name"]!.GetValue<string>());
        try
        {
            return await api.CreateAsync(Secrets, space, body, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Conflict)
        {
            // Another replica was first, or an answer was lost.
            if (await api.FindAsync(Secrets, space, name, cancellationToken).ConfigureAwait(false) is { } theirs)
            {
                return theirs;
            }

            throw;
        }
    }

    private static JsonObject Missing(GeneratedSecret secret, JsonObject there)
    {
        var values = secret.Values.Select(v => (v.Key, Make: (Func<string>)(() => v.Value)))
            .Concat(secret.Generate.Select(g => (g.Key, Make: (Func<string>)(() => RandomNumberGenerator.GetString(Letters, g.Value)))));
        var missing = values.Where(v => !there.ContainsKey(v.Key)).Select(v => (v.Key, Value: v.Make()));
        if (secret.Certificate is { } name && !there.ContainsKey("tls.key"))
        {
            var (certificate, key) = SelfSigned(name);
            missing = missing.Append(("tls.crt", certificate)).Append(("tls.key", key));
        }

        return new JsonObject([.. missing.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)Convert.ToBase64String(Encoding.UTF8.GetBytes(v.Value))))]);
    }

    private static (string Certificate, string Key) SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    private static JsonObject Body(string addon, string inNamespace, GeneratedSecret secret, JsonObject data) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject
        {
            ["name"] = secret.Name,
            ["namespace"] = inNamespace,
            ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "container-platform-portal", ["container-platform/addon"] = addon },
        },
        ["type"] = "Opaque",
        ["data"] = data,
    };

    [GeneratedRegex(@"\{\{([a-z0-9.-]+)/([\w.-]+)\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
