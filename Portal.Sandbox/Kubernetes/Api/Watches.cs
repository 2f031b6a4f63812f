using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Api;

/// <summary>Watches: what changes, line by line, until the time is over.</summary>
internal static class Watches
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    public static KubeException BadVersion(string text) =>
        new(500, null, $"resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");

    public static async Task AnswerAsync(KubeCluster cluster, KubeRequest request, CancellationToken stopping)
    {
        var form = Output.FormOf(request.Http);
        var from = request.Query("resourceVersion") is { Length: > 0 } text && text != "0"
            ? long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw BadVersion(text)
            : 0;
        var watch = new Watch(cluster, request, form);
        var (start, changes) = watch.Begin(from);
        var http = request.Http;
        http.Response.StatusCode = 200;
        http.Response.ContentType = "application/json";
        await http.Response.StartAsync(http.RequestAborted);
        if (start is null)
        {
            await watch.WriteAsync("ERROR", Gone(from, cluster.Store.Compacted));
            return;
        }

        try
        {
            await RunAsync(cluster, request, watch, start, changes, stopping);
        }
        finally
        {
            watch.End();
        }
    }

    private static JsonObject Gone(long from, long oldest) => new KubeException(410, "Expired", $"too old resource version: {from} ({oldest})").Status();

    private static async Task RunAsync(KubeCluster cluster, KubeRequest request, Watch watch, IReadOnlyList<(string, JsonObject)> start, ChannelReader<Change> changes, CancellationToken stopping)
    {
        foreach (var (type, body) in start)
        {
            await watch.WriteAsync(type, body);
        }

        await request.Http.Response.Body.FlushAsync(request.Http.RequestAborted);
        var seconds = int.TryParse(request.Query("timeoutSeconds"), CultureInfo.InvariantCulture, out var asked) ? asked : Random.Shared.Next(1800, 3600);
        var bookmarks = request.Flag("allowWatchBookmarks");
        var end = DateTimeOffset.UtcNow.AddSeconds(seconds);
        var bookmark = bookmarks ? Earlier(end.AddSeconds(-2), DateTimeOffset.UtcNow + BookmarkEvery) : DateTimeOffset.MaxValue;
        var marked = cluster.Store.Version;
        while (DateTimeOffset.UtcNow < end && !stopping.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.Http.RequestAborted, stopping);
            patience.CancelAfter(Max(Earlier(end, bookmark) - DateTimeOffset.UtcNow, TimeSpan.FromMilliseconds(1)));
            try
            {
                if (!await changes.WaitToReadAsync(patience.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (!request.Http.RequestAborted.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                if (DateTimeOffset.UtcNow >= bookmark)
                {
                    marked = await watch.BookmarkAsync(marked);
                    bookmark = DateTimeOffset.UtcNow + BookmarkEvery;
                    bookmark = end.AddSeconds(-2) is var last && last > DateTimeOffset.UtcNow ? Earlier(bookmark, last) : bookmark;
                }

                continue;
            }
            catch (OperationCanceledException)
            {
                return;
            }

            while (changes.TryRead(out var change))
            {
                await watch.ForwardAsync(change);
            }

            await request.Http.Response.Body.FlushAsync(request.Http.RequestAborted);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed class Watch
    {
        private readonly KubeCluster cluster;
        private readonly KubeRequest request;
        private readonly Form form;
        private readonly Func<IReadOnlyDictionary<string, string>, bool> labels;
        private readonly Func<StoredObject, bool> fields;
        private readonly Channel<Change> channel = Channel.CreateUnbounded<Change>();
        private long version;
        private long after;
        private bool seenTable;

        public Watch(KubeCluster cluster, KubeRequest request, Form form)
        {
            this.cluster = cluster;
            this.request = request;
            this.form = form;
            labels = LabelSelector.Parse(request.Query("labelSelector"));
            var field = request.Query("fieldSelector");
            fields = FieldSelector.Parse(request.Type.Storage, request.Parts.Name.Length > 0 ? $"metadata.name={request.Parts.Name}" + (field is null ? string.Empty : "," + field) : field);
        }

        /// <summary>Gives what to send first (null: the version is gone) and begins to listen, in one step.</summary>
        public (IReadOnlyList<(string Type, JsonObject Body)>? Start, ChannelReader<Change> Changes) Begin(long from)
        {
            lock (cluster.Store.Gate)
            {
                if (from == 0)
                {
                    version = cluster.Store.Version;
                    cluster.Store.Changed += Hear;
                    return ([.. cluster.Store.List(request.Type.Storage, Scope()).Where(Selects).Select(i => ("ADDED", i.Copy()))], channel.Reader);
                }

                if (cluster.Store.Since(from) is not { } past)
                {
                    return (null, channel.Reader);
                }

                // A version of the future is waited for in silence: what comes before it is not sent.
                version = after = from;
                cluster.Store.Changed += Hear;
                foreach (var change in past)
                {
                    Hear(change);
                }

                return ([], channel.Reader);
            }
        }

        public void End()
        {
            lock (cluster.Store.Gate)
            {
                cluster.Store.Changed -= Hear;
            }
        }

        public async Task ForwardAsync(Change change)
        {
            version = change.Version;
            var now = change.Type != "DELETED" && Selects(change.Object);
            var before = change.Before is not null && Selects(change.Before);
            var type = (before, now) switch { (false, true) => "ADDED", (true, true) => "MODIFIED", (true, false) => "DELETED", _ => null };
            if (type is not null)
            {
                await WriteAsync(type, change.Object.Copy());
            }
        }

        /// <summary>Sends a bookmark if anything of this kind has changed since the last.</summary>
        public async Task<long> BookmarkAsync(long marked)
        {
            if (version <= marked)
            {
                return marked;
            }

            var body = new JsonObject
            {
                ["kind"] = request.Type.Kind,
                ["apiVersion"] = request.Type.ApiVersion,
                ["metadata"] = new JsonObject { ["resourceVersion"] = cluster.Store.Version.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null },
            };
            await WriteLineAsync("BOOKMARK", body);
            return cluster.Store.Version;
        }

        public Task WriteAsync(string type, JsonObject body)
        {
            if (type == "ERROR")
            {
                return WriteLineAsync(type, body);
            }

            var shown = Versions.Convert(request.Type, body);
            var shaped = Output.Shape(cluster, request.Type, shown, form, request.Query("includeObject") ?? "Metadata");
            if (form == Form.Table && seenTable)
            {
                shaped["columnDefinitions"] = null;
            }

            seenTable = true;
            return WriteLineAsync(type, shaped);
        }

        private async Task WriteLineAsync(string type, JsonObject body)
        {
            var response = request.Http.Response;
            await response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"), request.Http.RequestAborted);
            await response.Body.WriteAsync(Output.Bytes(body), request.Http.RequestAborted);
            await response.Body.WriteAsync("}\n"u8.ToArray(), request.Http.RequestAborted);
            if (type == "BOOKMARK")
            {
                await response.Body.FlushAsync(request.Http.RequestAborted);
            }
        }

        private string? Scope() => request.Type.Namespaced && request.Parts.Namespace.Length > 0 ? request.Parts.Namespace : null;

        private bool Selects(StoredObject item) => (Scope() is not { } ns || item.Namespace == ns) && labels(item.Labels) && fields(item);

        private void Hear(Change change)
        {
            if (change.Version > after && change.Storage == request.Type.Storage && (Selects(change.Object) || (change.Before is not null && Selects(change.Before))))
            {
                channel.Writer.TryWrite(change);
            }
        }
    }
}
