using System.Globalization;
using System.Net;
using System.Text;

namespace Portal.Core.Kubernetes;

/// <content>Containers' logs: streams of text that may not end.</content>
internal sealed partial class KubernetesApi
{
    public async Task<Stream> OpenLogAsync(string inNamespace, string pod, PodLogRequest request, CancellationToken cancellationToken)
    {
        var operation = $"read the log of {pod}";
        using var asked = Request(HttpMethod.Get, LogPath(inNamespace, pod, request), null);
        asked.Headers.Accept.Clear();

        // Many logs, one connection.
        asked.Version = HttpVersion.Version20;
        asked.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        using var patience = network.Within(timeout, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(asked, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                await response.Content.LoadIntoBufferAsync(LongestAnswer, patience.Token).ConfigureAwait(false);
                throw await KubernetesErrors.ReadAsync(response, operation, patience.Token).ConfigureAwait(false);
            }

            var stream = new LogStream(response, await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false));
            response = null;
            return stream;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw KubernetesErrors.From(e, operation);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private static string LogPath(string inNamespace, string pod, PodLogRequest request)
    {
        var path = new StringBuilder(KubernetesResource.Of("v1", "Pod").ObjectPath(inNamespace, pod)).Append(CultureInfo.InvariantCulture, $"/log?container={KubernetesName.Check(request.Container)}&timestamps=true");
        path.Append(request.Follow ? "&follow=true" : "").Append(request.Previous ? "&previous=true" : "");
        if (request.Since is { } since)
        {
            path.Append(Query("sinceTime", since.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        }

        return path.Append(Query("tailLines", request.Tail?.ToString(CultureInfo.InvariantCulture))).Append(Query("limitBytes", request.MostBytes?.ToString(CultureInfo.InvariantCulture))).ToString();
    }

    /// <summary>The answer's body; its end is the answer's.</summary>
    private sealed class LogStream(HttpResponseMessage response, Stream body) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => body.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => body.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => body.ReadAsync(buffer, offset, count, cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                body.Dispose();
                response.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
