using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>Forwarded ports over one WebSocket: each has a channel for data and one for errors, each message begins with its channel.</summary>
internal sealed class PortForward(KubeCluster cluster, StoredObject pod, WebSocket socket) : IDisposable
{
    private readonly ConcurrentDictionary<byte, Pipe> pipes = new();
    private readonly SemaphoreSlim sending = new(1, 1);

    public async Task RunAsync(IReadOnlyList<int> ports, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var servers = new List<Task>();
        for (var i = 0; i < ports.Count; i++)
        {
            var (data, error) = ((byte)(2 * i), (byte)((2 * i) + 1));
            byte[] port = [(byte)(ports[i] & 0xff), (byte)(ports[i] >> 8)];
            await SendAsync(data, port, end.Token);
            await SendAsync(error, port, end.Token);
            pipes[data] = new Pipe();
            servers.Add(ServeAsync(ports[i], data, error, end.Token));
        }

        try
        {
            await ReceiveAsync(end.Token);
        }
        finally
        {
            foreach (var pipe in pipes.Values)
            {
                await pipe.Writer.CompleteAsync();
            }

            await end.CancelAsync();
            await Task.WhenAll(servers).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public void Dispose() => sending.Dispose();

    private async Task ServeAsync(int port, byte data, byte error, CancellationToken cancellationToken)
    {
        var place = new PodPlace(cluster, pod.Namespace, pod.Name);
        if (PodPort.FindTalk(cluster, pod, port) is { } talk)
        {
            await using var packets = pipes[data].Reader.AsStream();
            while (await NameServer.ReadAsync(packets, cancellationToken) is { } packet)
            {
                await SendAsync(data, NameServer.Framed(talk(place, packet)), cancellationToken);
            }

            return;
        }

        if (PodPort.Find(cluster, pod, port) is not { } program)
        {
            await SendAsync(error, PodCommand.Bytes(PodPort.Refusal(pod, port)), cancellationToken);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
            return;
        }

        await using var input = pipes[data].Reader.AsStream();
        while (await TinyHttp.ReadAsync(input, cancellationToken) is { } question)
        {
            await SendAsync(data, TinyHttp.Write(program(place, question), question.Method == "HEAD"), cancellationToken);
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        byte channel = 0;
        var fresh = true;
        while (socket.State == WebSocketState.Open)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return;
            }

            var from = 0;
            if (fresh && result.Count > 0)
            {
                channel = buffer[0];
                from = 1;
            }

            if (result.Count > from && pipes.TryGetValue(channel, out var pipe))
            {
                await pipe.Writer.WriteAsync(buffer.AsMemory(from, result.Count - from), cancellationToken);
            }

            fresh = result.EndOfMessage;
        }
    }

    private async Task SendAsync(byte channel, byte[] content, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            for (var at = 0; at == 0 || at < content.Length; at += 32 * 1024)
            {
                var part = content[at..Math.Min(content.Length, at + (32 * 1024))];
                await socket.SendAsync((byte[])[channel, .. part], WebSocketMessageType.Binary, true, cancellationToken);
            }
        }
        finally
        {
            sending.Release();
        }
    }
}
