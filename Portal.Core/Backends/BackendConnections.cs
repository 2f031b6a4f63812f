using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Portal.Core.Backends;

/// <summary>Makes the connection pools: one for each region (or backend outside of regions), with its CA bundle, proxy and retries.</summary>
internal sealed class BackendConnections(IOptions<BackendsOptions> options) : IConfigureNamedOptions<HttpClientFactoryOptions>
{
    private const string Prefix = "backend ";
    private const char Pinned = '#';
    private static readonly ConcurrentDictionary<string, string> Authorities = new(StringComparer.Ordinal);

    /// <summary>Key of a request's option that switches its retries off.</summary>
    public static readonly HttpRequestOptionsKey<bool> NoRetry = new("portal.no-retry");

    public static string NameOf(BackendCall call) =>
        (call.Scope?.Region ?? call.Region) is { } region ? $"{Prefix}{region.Cloud}\n{region.Region}" : Prefix + call.Backend + PinOf(call.Authority);

    public void Configure(HttpClientFactoryOptions options)
    {
    }

    public void Configure(string? name, HttpClientFactoryOptions options)
    {
        if (name?.StartsWith(Prefix, StringComparison.Ordinal) != true)
        {
            return;
        }

        // The pool renews its own connections, so the factory has no reason to replace the pool.
        options.HandlerLifetime = Timeout.InfiniteTimeSpan;
        options.HttpClientActions.Add(client => client.Timeout = Timeout.InfiniteTimeSpan);
        options.HttpMessageHandlerBuilderActions.Add(builder =>
        {
            builder.PrimaryHandler = Primary(Connection(name[Prefix.Length..].Split(Pinned)[0]), Authorities.GetValueOrDefault(name.Split(Pinned)[^1]));
            builder.AdditionalHandlers.Add(new ResilienceHandler(_ => Retries));
            builder.AdditionalHandlers.Add(new NewerHttpHandler());
        });
    }

    // A pool of its own for each authority, so that no connection is shared with one that believes something else.
    private static string PinOf(string? authority)
    {
        if (authority is null)
        {
            return "";
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(authority)));
        Authorities[hash] = authority;
        return Pinned + hash;
    }

    private ConnectionOptions Connection(string key) =>
        key.Split('\n') is [var cloud, var region]
            ? options.Value.Of(new CloudRegion(cloud, region))
            : options.Value.Connections.GetValueOrDefault(key) ?? new ConnectionOptions();

    private static SocketsHttpHandler Primary(ConnectionOptions connection, string? authority)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseProxy = connection.Proxy is not null,
            Proxy = connection.Proxy is null ? null : new WebProxy(connection.Proxy),
        };
        if (authority is not null || connection.CaBundle is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(authority ?? File.ReadAllText(connection.CaBundle!));
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }

    private static readonly ResiliencePipeline<HttpResponseMessage> Retries = MakeRetries();

    private static ResiliencePipeline<HttpResponseMessage> MakeRetries()
    {
        var retry = new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldRetryAfterHeader = true,
        };
        var transient = retry.ShouldHandle;
        retry.ShouldHandle = async arguments =>
        {
            var request = arguments.Context.GetRequestMessage();
            return (request?.Method == HttpMethod.Get || request?.Method == HttpMethod.Head)
                && !request.Options.TryGetValue(NoRetry, out _)
                && !WaitsTooLong(arguments.Outcome.Result)
                && await transient(arguments).ConfigureAwait(false);
        };
        return new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(retry).Build();
    }

    // Who is told to come back in a minute is told so; a page does not wait that long.
    private static bool WaitsTooLong(HttpResponseMessage? response) =>
        response is not null && BackendHttp.RetryAfter(response, DateTimeOffset.UtcNow) > TimeSpan.FromSeconds(5);

    /// <summary>Asks for HTTP/2 where TLS can negotiate it; Flurl sends 1.1 whatever the client's default is.</summary>
    private sealed class NewerHttpHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri?.Scheme == Uri.UriSchemeHttps)
            {
                request.Version = HttpVersion.Version20;
                request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
