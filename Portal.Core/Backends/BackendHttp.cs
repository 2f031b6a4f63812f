using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Flurl.Http;
using HttpClientFactory = System.Net.Http.IHttpClientFactory;

namespace Portal.Core.Backends;

/// <summary>
/// The one class that speaks HTTP with OpenStack-like JSON backends: token and endpoint from the scope, one fresh token
/// after a 401, reads tried again, everything that fails as a <see cref="BackendException"/>.
/// </summary>
public sealed class BackendHttp(HttpClientFactory clients, Microsoft.Extensions.Options.IOptions<BackendsOptions> options, BackendClocks clocks, TimeProvider time, NetworkTime network)
{
    private const int MaxRedirects = 3;

    /// <summary>Sends a call.</summary>
    /// <exception cref="BackendException">Every failure of the backend.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<BackendAnswer> SendAsync(BackendCall call, CancellationToken cancellationToken)
    {
        using var activity = BackendTrace.Start(call);
        using var limit = network.Within(call.Timeout, cancellationToken);
        try
        {
            var answer = await SendScopedAsync(call, limit.Token).ConfigureAwait(false);
            activity.End(answer);
            return answer;
        }
        catch (BackendException e)
        {
            activity.End(e);
            throw;
        }
        catch (Exception e) when (e is FlurlHttpException or HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var failure = new BackendException(
                call.Backend,
                call.Operation,
                limit.IsOver ? BackendFailure.Timeout : BackendFailure.Unreachable,
                limit.IsOver ? null : Cause(e));
            activity.End(failure);
            throw failure;
        }
    }

    /// <summary>Sends a call and reads the JSON of its answer.</summary>
    /// <exception cref="BackendException">Every failure of the backend.</exception>
    public async Task<T> GetAsync<T>(BackendCall call, CancellationToken cancellationToken) =>
        (await SendAsync(call, cancellationToken).ConfigureAwait(false)).Read<T>();

    /// <summary>Sends a call and reads the JSON of its answer; null when the backend says 404.</summary>
    /// <exception cref="BackendException">Every other failure of the backend.</exception>
    public async Task<T?> FindAsync<T>(BackendCall call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync<T>(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.NotFound)
        {
            return null;
        }
    }

    internal static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date > now ? date - now : TimeSpan.Zero,
        _ => null,
    };

    private async Task<BackendAnswer> SendScopedAsync(BackendCall call, CancellationToken cancellationToken)
    {
        var body = call.Body is null ? null : JsonSerializer.SerializeToUtf8Bytes(call.Body, call.Body.GetType(), BackendJson.Options);
        if (call.Scope is null)
        {
            var url = call.BaseUrl ?? throw new ArgumentException("A call needs a scope or a base URL.", nameof(call));
            return await SendOnceAsync(call, url, null, body, cancellationToken).ConfigureAwait(false);
        }

        var token = await call.Scope.Tokens.GetTokenAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendOnceAsync(call, Endpoint(call, token), token, body, cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Status is HttpStatusCode.Unauthorized)
        {
            // Refused before it was looked at, so sending it again is safe for every verb.
            await call.Scope.Tokens.RefuseAsync(token, cancellationToken).ConfigureAwait(false);
            var fresh = await call.Scope.Tokens.GetTokenAsync(cancellationToken).ConfigureAwait(false);
            return await SendOnceAsync(call, Endpoint(call, fresh), fresh, body, cancellationToken).ConfigureAwait(false);
        }
    }

    private string Endpoint(BackendCall call, ScopedToken token)
    {
        var type = call.ServiceType ?? throw new ArgumentException("A call with a scope needs a service type.", nameof(call));
        if (call.BaseUrl is { } url)
        {
            return url;
        }

        var given = options.Value.Of(call.Scope!.Region).Endpoints;
        var names = type.Split('|');
        return names.Select(given.GetValueOrDefault).FirstOrDefault(found => found is not null)
            ?? names.Select(token.Endpoints.GetValueOrDefault).FirstOrDefault(found => found is not null)
            ?? throw new BackendException(call.Backend, call.Operation, BackendFailure.Unreachable, $"the catalog has no endpoint of type {type} in region {call.Scope.Region.Region}");
    }

    private async Task<BackendAnswer> SendOnceAsync(BackendCall call, string endpoint, ScopedToken? token, byte[]? body, CancellationToken cancellationToken)
    {
        var url = BackendUrl.Of(call, endpoint);
        for (var redirects = 0; ; redirects++)
        {
            var sent = time.GetUtcNow();
            using var response = await RequestAsync(call, url, token, body, cancellationToken).ConfigureAwait(false);
            clocks.Measure(call.Backend, response.Headers.Date, sent, time.GetUtcNow());
            if (Redirected(call, response, url) is { } elsewhere && redirects < MaxRedirects)
            {
                url = elsewhere;
                continue;
            }

            return await ReadAsync(call, response, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(BackendCall call, string url, ScopedToken? token, byte[]? body, CancellationToken cancellationToken)
    {
        var client = new FlurlClient(clients.CreateClient(BackendConnections.NameOf(call)));
        var request = new FlurlRequest(url).WithClient(client).AllowAnyHttpStatus().WithHeader("Accept", "application/json");
        if (token is not null)
        {
            request.WithHeader("X-Auth-Token", token.Value);
        }

        foreach (var (name, value) in call.Headers)
        {
            request.WithHeader(name, value);
        }

        HttpContent? content = null;
        if (body is not null)
        {
            content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        }

        return await request.SendAsync(call.Method, content, cancellationToken, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
    }

    private async Task<BackendAnswer> ReadAsync(BackendCall call, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var requestId = First(response, "x-openstack-request-id") ?? First(response, "X-Request-Id") ?? First(response, "x-compute-request-id");
        if (!response.IsSuccessStatusCode)
        {
            throw BackendErrors.Make(call, response.StatusCode, body, requestId, RetryAfter(response, time.GetUtcNow()), First(response, "WWW-Authenticate"));
        }

        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new BackendAnswer(call, response.StatusCode, body, headers, requestId);
    }

    // Only reads are followed, and only to the same host: a token does not travel.
    private static string? Redirected(BackendCall call, HttpResponseMessage response, string url)
    {
        if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } location || call.Method != HttpMethod.Get)
        {
            return null;
        }

        var from = new Uri(url);
        var to = new Uri(from, location);
        return to.GetLeftPart(UriPartial.Authority) == from.GetLeftPart(UriPartial.Authority) ? to.AbsoluteUri : null;
    }

    private static string? First(HttpResponseMessage response, string header) =>
        response.Headers.TryGetValues(header, out var values) ? values.FirstOrDefault() : null;

    // Flurl's message has the whole URL with its query, so the innermost cause is told instead.
    private static string Cause(Exception e)
    {
        var cause = e is FlurlHttpException { InnerException: { } inner } ? inner : e;
        return cause is HttpRequestException { HttpRequestError: var error } && error is not HttpRequestError.Unknown ? error.ToString() : cause.GetType().Name;
    }
}
