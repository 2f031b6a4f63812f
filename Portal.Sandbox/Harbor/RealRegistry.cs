using System.Net.Http.Headers;

namespace Portal.Sandbox.Harbor;

/// <summary>The registry behind this Harbor, asked as its core asks it: in the core's own name, without the caller's credentials.</summary>
internal sealed class RealRegistry(string url) : IDisposable
{
    private const long LargestConfiguration = 1 << 20;

    private static readonly string[] Forwarded = ["Accept", "Range", "If-None-Match", "Content-Type", "Content-Range", "Content-Length"];

    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        BaseAddress = new Uri(url.TrimEnd('/') + "/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Gets the address, as errors name it.</summary>
    public Uri Address => http.BaseAddress!;

    public void Dispose() => http.Dispose();

    /// <summary>Sends a request on as it came, its body as a stream (or the bytes that were read already).</summary>
    public Task<HttpResponseMessage> ForwardAsync(HttpRequest request, string path, byte[]? body, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), path.TrimStart('/'));
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            message.Content = body is null ? new StreamContent(request.Body) : new ByteArrayContent(body);
        }

        foreach (var name in Forwarded)
        {
            if (request.Headers.TryGetValue(name, out var values) && !message.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        return http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            using var response = await http.GetAsync("v2/", patience.Token);
            return (int)response.StatusCode < 500;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Gives a configuration, or null when it is too large to be one.</summary>
    public async Task<byte[]?> ConfigurationAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"v2/{repository}/blobs/{digest}", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        return response.Content.Headers.ContentLength <= LargestConfiguration ? await response.Content.ReadAsByteArrayAsync(cancellationToken) : null;
    }

    /// <summary>Takes a manifest out with all its tags; one that is not there, or a registry that is dead, is no failure: the real one collects later.</summary>
    public async Task DeleteAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.DeleteAsync($"v2/{repository}/manifests/{digest}", cancellationToken);
        }
        catch (HttpRequestException)
        {
            // Harbor knows it no more, so nobody gets it.
        }
    }

    /// <summary>Copies a manifest with its blobs to another repository.</summary>
    public async Task CopyAsync(string from, string to, string mediaType, byte[] manifest, IEnumerable<string> blobs, CancellationToken cancellationToken)
    {
        foreach (var blob in blobs)
        {
            using var mounted = await http.PostAsync($"v2/{to}/blobs/uploads/?mount={Uri.EscapeDataString(blob)}&from={Uri.EscapeDataString(from)}", null, cancellationToken);
            mounted.EnsureSuccessStatusCode();
        }

        using var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var put = await http.PutAsync($"v2/{to}/manifests/{HarborImageStore.DigestOf(manifest)}", content, cancellationToken);
        put.EnsureSuccessStatusCode();
    }
}
