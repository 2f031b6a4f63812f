using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Api;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>Logs of containers, and more while somebody follows.</summary>
internal static class PodLog
{
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
        var now = cluster.Now;
        var life = (request.Flag("previous") ? ContainerLife.Of(pod, status!, "lastState", now) : ContainerLife.Of(pod, status!, "state", now) ?? ContainerLife.Of(pod, status!, "lastState", now))!;
        var stamped = request.Flag("timestamps");
        await WriteAsync(request, [.. First(life, request, now).Select(n => Line(life, n, stamped)), .. Said(cluster, pod, container).Select(l => Line(l.Time, l.Text, stamped))]);
        var next = life.Count(now);
        while (request.Flag("follow") && !stopping.IsCancellationRequested && Follows(cluster, pod))
        {
            await response.Body.FlushAsync(request.Http.RequestAborted);
            await Task.Delay(200, request.Http.RequestAborted);
            var count = life.Count(cluster.Context.Clock.Now);
            await WriteAsync(request, Enumerable.Range(next, Math.Max(0, count - next)).Select(n => Line(life, n, stamped)));
            next = Math.Max(next, count);
        }
    }

    /// <summary>Gives the newest lines that a container has written by now in one of its lives, as a reader of the node's files gets them.</summary>
    public static IEnumerable<(string Id, DateTimeOffset Time, string Text)> Written(ContainerLife life, DateTimeOffset now, int most)
    {
        var count = life.Count(now);
        for (var number = Math.Max(0, count - most); number < count; number++)
        {
            yield return ($"{life.Started.ToUnixTimeMilliseconds()}/{number}", life.TimeOf(number), life.Text(number));
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

    /// <summary>Gives the lines that the request asks for, of those written until now.</summary>
    private static IEnumerable<int> First(ContainerLife life, KubeRequest request, DateTimeOffset now)
    {
        var to = life.Count(now);
        var from = Math.Max(0, to - 20_000);
        DateTimeOffset? since = int.TryParse(request.Query("sinceSeconds"), CultureInfo.InvariantCulture, out var seconds) ? now.AddSeconds(-seconds)
            : request.Query("sinceTime") is { } time && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var moment) ? moment : null;
        while (since is { } begin && from < to && life.TimeOf(from) < begin)
        {
            from++;
        }

        return Enumerable.Range(from, to - from).Skip(int.TryParse(request.Query("tailLines"), CultureInfo.InvariantCulture, out var tail) ? Math.Max(0, to - from - tail) : 0);
    }

    // What a program has to tell of itself.
    private static IEnumerable<(DateTimeOffset Time, string Text)> Said(KubeCluster cluster, StoredObject pod, string container) =>
        container == "alertmanager" ? Prometheus.AlertmanagerProgram.LogOf(new Programs.PodPlace(cluster, pod.Namespace, pod.Name)) : [];

    private static string Line(ContainerLife life, int number, bool timestamps) => Line(life.TimeOf(number), life.Text(number), timestamps);

    private static string Line(DateTimeOffset time, string text, bool timestamps) =>
        (timestamps ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "00Z " : string.Empty) + text + "\n";
}
