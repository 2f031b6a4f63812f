using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Programs;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams.Spdy;

/// <summary>Commands in pods and forwarded ports over SPDY/3.1: what kubectl speaks to servers before 1.30.</summary>
internal static class SpdyPods
{
    private const string Chosen = "X-Stream-Protocol-Version";

    /// <summary>Says whether the client wants SPDY.</summary>
    public static bool IsAsked(HttpContext http) => http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && http.Request.Headers.Upgrade.ToString().StartsWith("SPDY/3.1", StringComparison.OrdinalIgnoreCase);

    public static async Task AnswerAsync(KubeCluster cluster, StoredObject pod, KubeRequest request, CancellationToken cancellationToken)
    {
        var http = request.Http;
        var isForward = request.Parts.Subresource == "portforward";
        string[] known = isForward ? ["portforward.k8s.io"] : ["v4.channel.k8s.io"];
        var asked = http.Request.Headers[Chosen].SelectMany(v => v!.Split(',', StringSplitOptions.TrimEntries)).ToList();
        if (asked.FirstOrDefault(known.Contains) is not { } protocol)
        {
            http.Response.Headers["X-Accepted-Stream-Protocol-Versions"] = known;
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        http.Response.Headers[Chosen] = protocol;
        http.Response.Headers.Upgrade = "SPDY/3.1";
        await using var wire = await http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        using var connection = new SpdyConnection(wire);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = connection.RunAsync(end.Token);
        try
        {
            await (isForward ? ForwardAsync(cluster, pod, connection, end.Token) : ExecAsync(pod, request, connection, end.Token));
            await reading;
        }
        finally
        {
            await end.CancelAsync();
            await reading.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private static async Task ExecAsync(StoredObject pod, KubeRequest request, SpdyConnection connection, CancellationToken cancellationToken)
    {
        var wanted = 1 + new[] { "stdin", "stdout", "stderr" }.Count(request.Flag) - (request.Flag("tty") && request.Flag("stderr") ? 1 : 0);
        var streams = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        while (streams.Keys.Count(k => k != "resize") < wanted)
        {
            var stream = await connection.Opened.ReadAsync(cancellationToken);
            streams[stream.Headers.GetValueOrDefault("streamtype", string.Empty)] = stream;
        }

        var command = PodCommand.Of(pod, [.. request.Http.Request.Query["command"].OfType<string>()]);
        if (streams.TryGetValue("stdout", out var output))
        {
            await output.WriteAsync(PodCommand.Bytes(command.Output), cancellationToken);
            if (command.CopiesInput && streams.TryGetValue("stdin", out var input))
            {
                await CopyAsync(input, output, cancellationToken);
            }

            await output.EndAsync(default, cancellationToken);
        }

        if (streams.TryGetValue("stderr", out var error))
        {
            await error.EndAsync(PodCommand.Bytes(command.Error), cancellationToken);
        }

        await streams["error"].EndAsync(command.Status(), cancellationToken);
    }

    private static async Task CopyAsync(SpdyStream input, SpdyStream output, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await input.Input.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            await output.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }
    }

    // Each connection to the client's port is a pair of streams: one for errors, one for data.
    private static async Task ForwardAsync(KubeCluster cluster, StoredObject pod, SpdyConnection connection, CancellationToken cancellationToken)
    {
        var halves = new Dictionary<string, SpdyStream>(StringComparer.Ordinal);
        var serving = new List<Task>();
        await foreach (var stream in connection.Opened.ReadAllAsync(cancellationToken))
        {
            var pair = stream.Headers.GetValueOrDefault("requestid", string.Empty);
            if (!halves.Remove(pair, out var other))
            {
                halves[pair] = stream;
                continue;
            }

            var (data, error) = stream.Headers.GetValueOrDefault("streamtype") == "data" ? (stream, other) : (other, stream);
            serving.Add(ServeAsync(cluster, pod, data, error, cancellationToken));
        }

        await Task.WhenAll(serving);
    }

    private static async Task ServeAsync(KubeCluster cluster, StoredObject pod, SpdyStream data, SpdyStream error, CancellationToken cancellationToken)
    {
        var port = int.Parse(data.Headers.GetValueOrDefault("port", "0"), CultureInfo.InvariantCulture);
        if (PodPort.Find(cluster, pod, port) is not { } program)
        {
            await error.EndAsync(PodCommand.Bytes(PodPort.Refusal(pod, port)), cancellationToken);
            await data.EndAsync(default, cancellationToken);
            return;
        }

        var place = new PodPlace(cluster, pod.Namespace, pod.Name);
        while (await TinyHttp.ReadAsync(data.Input, cancellationToken) is { } question)
        {
            await data.WriteAsync(TinyHttp.Write(program(place, question), question.Method == "HEAD"), cancellationToken);
        }

        await error.EndAsync(default, cancellationToken);
        await data.EndAsync(default, cancellationToken);
    }
}
