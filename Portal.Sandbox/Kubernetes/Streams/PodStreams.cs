using System.Net.WebSockets;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;
using Portal.Sandbox.Kubernetes.Streams.Spdy;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>Streams into pods over a WebSocket or SPDY: forwarded ports and simple commands.</summary>
internal static class PodStreams
{
    private const string Fifth = "v5.channel.k8s.io";
    private static readonly string[] Protocols = ["v4.channel.k8s.io", "portforward.k8s.io", "channel.k8s.io"];

    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request, CancellationToken stopping)
    {
        var pod = cluster.Store.Find("pods", request.Parts.Namespace, request.Parts.Name) ?? throw KubeException.NotFound(string.Empty, "pods", request.Parts.Name);
        if (pod.Body.Str("spec.nodeName").Length == 0)
        {
            throw KubeException.BadRequest($"pod {pod.Name} does not have a host assigned");
        }

        var http = request.Http;
        var isSpdy = SpdyPods.IsAsked(http);
        if (!isSpdy && !http.WebSockets.IsWebSocketRequest)
        {
            throw KubeException.BadRequest("Upgrade request required");
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        try
        {
            if (isSpdy)
            {
                await SpdyPods.AnswerAsync(cluster, pod, request, end.Token);
                return;
            }

            await OverWebSocketAsync(cluster, pod, request, end.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidDataException or System.Threading.Channels.ChannelClosedException)
        {
            // The client has gone.
        }
    }

    private static async Task OverWebSocketAsync(KubeCluster cluster, StoredObject pod, KubeRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        var asked = http.WebSockets.WebSocketRequestedProtocols;
        var protocol = asked.FirstOrDefault(p => Protocols.Contains(p) || (p == Fifth && cluster.Version.Minor >= 29));
        if (protocol is null && asked.Count > 0)
        {
            // What the server does not know is refused before the upgrade: newer clients then fall back to SPDY.
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol);
        if (request.Parts.Subresource == "portforward")
        {
            using var forward = new PortForward(cluster, pod, socket);
            await forward.RunAsync([.. http.Request.Query["ports"].SelectMany(p => p!.Split(',')).Select(int.Parse)], cancellationToken);
        }
        else
        {
            await ExecAsync(pod, socket, [.. http.Request.Query["command"].OfType<string>()], cancellationToken);
        }
    }

    /// <summary>Runs a command; the client's input is not read.</summary>
    private static async Task ExecAsync(StoredObject pod, WebSocket socket, string[] words, CancellationToken cancellationToken)
    {
        var command = PodCommand.Of(pod, words);
        foreach (var (channel, content) in new[] { ((byte)1, PodCommand.Bytes(command.Output)), ((byte)2, PodCommand.Bytes(command.Error)), ((byte)3, command.Status()) })
        {
            if (content.Length > 0)
            {
                await socket.SendAsync((byte[])[channel, .. content], WebSocketMessageType.Binary, true, cancellationToken);
            }
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
    }
}
