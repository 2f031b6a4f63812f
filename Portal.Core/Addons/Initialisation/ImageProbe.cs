using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Core.Backends;

namespace Portal.Core.Addons.Initialisation;

/// <summary>Asks a registry for a manifest as a node would: <c>/v2/</c>, its token service, the project's pull credential.</summary>
internal sealed partial class ImageProbe(IPullCredentials credentials, IHttpClientFactory http, NetworkTime network) : IImageProbe
{
    internal const string ClientName = "registry";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private const string Manifests = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

    public async Task<bool> ExistsAsync(Scope scope, string image, CancellationToken cancellationToken)
    {
        var operation = "look for " + image;
        var (host, repository, tag) = Split(image);
        var (credential, _) = await credentials.GetAsync(scope, scope.UserName, cancellationToken).ConfigureAwait(false);
        var url = new Uri($"{Scheme(host)}://{host}/v2/{repository}/manifests/{tag}");
        using var client = http.CreateClient(ClientName);
        client.Timeout = Timeout.InfiniteTimeSpan;
        using var patience = network.Within(Patience, cancellationToken);
        try
        {
            using var first = await SendAsync(client, url, null, patience.Token).ConfigureAwait(false);
            if (first.StatusCode is not HttpStatusCode.Unauthorized)
            {
                return Found(first, operation);
            }

            var authorization = await AnswerChallengeAsync(client, first, credential, patience.Token).ConfigureAwait(false);
            using var second = await SendAsync(client, url, authorization, patience.Token).ConfigureAwait(false);
            return Found(second, operation);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BackendException("registry", operation, e is OperationCanceledException ? BackendFailure.Timeout : BackendFailure.Unreachable, inner: e);
        }
    }

    /// <summary>Docker's own rule: without TLS only on loopback.</summary>
    private static string Scheme(string host) => host.StartsWith("localhost", StringComparison.Ordinal) || host.StartsWith("127.", StringComparison.Ordinal) ? "http" : "https";

    private static (string Host, string Repository, string Tag) Split(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var colon = image.LastIndexOf(':');
        return slash < 1 || colon < slash
            ? throw new FormatException($"{image} names no registry or no tag.")
            : (image[..slash], image[(slash + 1)..colon], image[(colon + 1)..]);
    }

    private static bool Found(HttpResponseMessage response, string operation) => response.StatusCode switch
    {
        HttpStatusCode.OK => true,
        HttpStatusCode.NotFound => false,
        // A registry answers for a repository that is not there as for one that may not be seen.
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => false,
        _ => throw new BackendException("registry", operation, BackendFailure.Broken, null, response.StatusCode),
    };

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, Uri url, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Head, url);
        request.Headers.TryAddWithoutValidation("Accept", Manifests);
        request.Headers.Authorization = authorization;
        return client.SendAsync(request, cancellationToken);
    }

    private static async Task<AuthenticationHeaderValue?> AnswerChallengeAsync(
        HttpClient client, HttpResponseMessage response, PullCredential? credential, CancellationToken cancellationToken)
    {
        var basic = credential is null ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));
        if (response.Headers.WwwAuthenticate.FirstOrDefault(c => c.Scheme is "Bearer")?.Parameter is not { } challenge)
        {
            return basic;
        }

        var parts = Parameter().Matches(challenge).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"{parts["realm"]}?service={Uri.EscapeDataString(parts.GetValueOrDefault("service", ""))}&scope={Uri.EscapeDataString(parts.GetValueOrDefault("scope", ""))}");
        request.Headers.Authorization = basic;
        using var answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
        return json.RootElement.TryGetProperty("token", out var token) ? new AuthenticationHeaderValue("Bearer", token.GetString()) : basic;
    }

    [GeneratedRegex("(\\w+)=\"([^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Parameter();
}
