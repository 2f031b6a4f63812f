using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Backends;

namespace Portal.Core.Kubernetes.Watching;

/// <summary>One event of a watch: <c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c> or <c>BOOKMARK</c>. An <c>ERROR</c> is thrown.</summary>
internal readonly record struct WatchEvent(string Type, JsonObject Object);

/// <summary>An open watch: a line for each event. The client library's own reader knows no longest line; a cluster is its tenant's.</summary>
internal sealed class WatchStream(HttpResponseMessage response, Stream body, string operation) : IDisposable
{
    // The largest object that etcd takes is 1.5 MiB.
    internal const int LongestEvent = 4 * 1024 * 1024;
    private readonly PipeReader lines = PipeReader.Create(body);

    /// <summary>Gives the next event, or null at the end of the stream.</summary>
    /// <exception cref="BackendException">The stream was cut, is no watch, or the API ended it with an error (410: the version is gone).</exception>
    public async Task<WatchEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await lines.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = Parse(read.Buffer.Slice(0, end));
                    lines.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return Event(line);
                }

                if (read.Buffer.Length > LongestEvent)
                {
                    throw new BackendException("kubernetes", operation, BackendFailure.Broken, "An event is too long.");
                }

                lines.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return null;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw KubernetesErrors.From(e, operation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new BackendException("kubernetes", operation, BackendFailure.Broken, "The stream is no watch.", inner: e);
        }
    }

    public void Dispose() => response.Dispose();

    private static JsonObject Parse(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        return JsonNode.Parse(ref reader)?.AsObject() ?? [];
    }

    private WatchEvent Event(JsonObject line)
    {
        var type = line["type"]?.GetValue<string>() ?? "";
        var changed = line["object"]?.AsObject() ?? [];
        if (type != "ERROR")
        {
            return new WatchEvent(type, changed);
        }

        // The answer's own status was 200 long ago; the true one is in the event.
        var status = (HttpStatusCode)(changed["code"]?.GetValue<int>() ?? 500);
        throw new BackendException("kubernetes", operation, status is HttpStatusCode.Gone ? BackendFailure.Conflict : BackendFailure.Broken, changed["message"]?.GetValue<string>(), status);
    }
}
