using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>Logs of containers: a line every two seconds, and more while somebody follows.</summary>
internal static class PodLog
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request, CancellationToken stopping)
    {
        var pod = cluster.Store.Find("pods", request.Parts.Namespace, request.Parts.Name) ?? throw KubeException.NotFound(string.Empty, "pods", request.Parts.Name);
        var container = ContainerOf(pod, request.Query("container"));
        if (pod.Body.Str("spec.nodeName").Length == 0)
        {
            request.Http.Response.StatusCode = 204;
            return;
        }

        var status = pod.Body.Items("status.containerStatuses").Concat(pod.Body.Items("status.initContainerStatuses")).FirstOrDefault(s => s.Str("name") == container);
        CheckStarted(pod, container, status, request.Flag("previous"));
        var response = request.Http.Response;
        response.ContentType = "text/plain";
        var source = new Source(pod.Name, container, Started(status, request.Flag("previous")), request.Flag("timestamps"));
        var end = Ended(status) ?? cluster.Now;
        await WriteAsync(request, source.First(request, cluster.Now, end));
        var next = source.Count(end);
        while (request.Flag("follow") && !stopping.IsCancellationRequested && Follows(cluster, pod))
        {
            await response.Body.FlushAsync(request.Http.RequestAborted);
            await Task.Delay(200, request.Http.RequestAborted);
            var now = source.Count(cluster.Context.Clock.Now);
            await WriteAsync(request, Enumerable.Range(next, Math.Max(0, now - next)).Select(source.Line));
            next = Math.Max(next, now);
        }
    }

    /// <summary>Gives the newest lines that a running container has written by now, as a reader of the node's files gets them.</summary>
    public static IEnumerable<(int Number, DateTimeOffset Time, string Text)> Written(StoredObject pod, JsonObject status, DateTimeOffset now, int most)
    {
        if (KubeTime.Parse(status.At("state.running.startedAt")) is not { } started)
        {
            yield break;
        }

        var source = new Source(pod.Name, status.Str("name"), started, timestamps: false);
        for (var number = Math.Max(0, source.Count(now) - most); number < source.Count(now); number++)
        {
            yield return (number, started + (number * Every), source.Line(number).TrimEnd('\n'));
        }
    }

    private static string ContainerOf(StoredObject pod, string? asked)
    {
        var inits = pod.Body.Items("spec.initContainers").Select(c => c.Str("name")).ToList();
        var names = inits.Concat(pod.Body.Items("spec.containers").Select(c => c.Str("name"))).ToList();
        if (string.IsNullOrEmpty(asked))
        {
            var main = pod.Body.Map("metadata.annotations").GetValueOrDefault("kubectl.kubernetes.io/default-container");
            return main ?? (names.Count == 1 ? names[0] : throw KubeException.BadRequest($"a container name must be specified for pod {pod.Name}, choose one of: [{string.Join(' ', names)}]"));
        }

        return names.Contains(asked) ? asked : throw KubeException.BadRequest($"container {asked} is not valid for pod {pod.Name}");
    }

    private static void CheckStarted(StoredObject pod, string container, JsonObject? status, bool previous)
    {
        if (previous && status.At("lastState.terminated") is null)
        {
            throw KubeException.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name}\" not found");
        }

        var reason = status.Str("state.waiting.reason");
        if (status is null || reason is "ContainerCreating" or "PodInitializing" or "ImagePullBackOff" or "ErrImagePull")
        {
            var why = reason is "ImagePullBackOff" or "ErrImagePull" ? "trying and failing to pull image" : reason.Length > 0 ? reason : "ContainerCreating";
            throw KubeException.BadRequest($"container \"{container}\" in pod \"{pod.Name}\" is waiting to start: {why}");
        }
    }

    private static DateTimeOffset Started(JsonObject? status, bool previous) =>
        (previous ? null : KubeTime.Parse(status.At("state.running.startedAt")) ?? KubeTime.Parse(status.At("state.terminated.startedAt")))
        ?? KubeTime.Parse(status.At("lastState.terminated.startedAt")) ?? DateTimeOffset.UnixEpoch;

    private static DateTimeOffset? Ended(JsonObject? status) =>
        KubeTime.Parse(status.At("state.terminated.finishedAt")) ?? (status.At("state.waiting") is null ? null : KubeTime.Parse(status.At("lastState.terminated.finishedAt")));

    private static bool Follows(KubeCluster cluster, StoredObject pod) =>
        cluster.Store.Find("pods", pod.Namespace, pod.Name) is { } now && now.Uid == pod.Uid && now.Body.Str("status.phase") == "Running" && !now.Body.Items("status.containerStatuses").Any(s => s.At("state.waiting") is not null);

    private static async Task WriteAsync(KubeRequest request, IEnumerable<string> lines)
    {
        var text = string.Concat(lines);
        if (int.TryParse(request.Query("limitBytes"), CultureInfo.InvariantCulture, out var limit) && text.Length > limit)
        {
            text = text[..limit];
        }

        await request.Http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), request.Http.RequestAborted);
    }

    private sealed class Source(string pod, string container, DateTimeOffset started, bool timestamps)
    {
        public int Count(DateTimeOffset now) => Math.Max(1, (int)((now - started) / Every) + 1);

        public string Line(int number)
        {
            var time = started + (number * Every);
            var hash = (number * 79 % 200) + 1;
            var text = $"level=info pod={pod} container={container} n={number} msg=\"request served\" status=200 took={hash}ms\n";
            return timestamps ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00Z " + text : text;
        }

        /// <summary>Gives the lines that the request asks for, of those written until now.</summary>
        public IEnumerable<string> First(KubeRequest request, DateTimeOffset now, DateTimeOffset end)
        {
            var to = Count(end);
            var from = Math.Max(0, to - 2000);
            if (int.TryParse(request.Query("sinceSeconds"), CultureInfo.InvariantCulture, out var seconds))
            {
                from = Math.Max(from, (int)Math.Ceiling((now.AddSeconds(-seconds) - started) / Every));
            }

            if (request.Query("sinceTime") is { } time && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var since))
            {
                from = Math.Max(from, (int)Math.Ceiling((since - started) / Every));
            }

            if (int.TryParse(request.Query("tailLines"), CultureInfo.InvariantCulture, out var tail))
            {
                from = Math.Max(from, to - tail);
            }

            return Enumerable.Range(from, Math.Max(0, to - from)).Select(Line);
        }
    }
}
