using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Portal.Tests.Support;

namespace Portal.Tests.Kubernetes;

/// <summary>An API of nodes that lists and watches as the real one does, counts what it is asked, and misbehaves when told.</summary>
internal sealed class WatchServer
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, bool> nodes = new(StringComparer.Ordinal) { ["node-0"] = true };
    private readonly List<Channel<string>> streams = [];
    private readonly ConcurrentQueue<string> users = [];
    private int version = 100;
    private int oldest;

    /// <summary>Gets how many lists were asked for, without the small ones that only find the version.</summary>
    public int Lists { get; private set; }

    /// <summary>Gets how many watches were begun.</summary>
    public int Watches { get; private set; }

    /// <summary>Gets how many requests there were in all.</summary>
    public int Asked { get; private set; }

    /// <summary>Gets in whose name was asked.</summary>
    public IEnumerable<string> Users => users;

    /// <summary>Gets how many watches are open.</summary>
    public int Open
    {
        get
        {
            lock (gate)
            {
                return streams.Count;
            }
        }
    }

    /// <summary>Gets or sets whether every connection is cut at once.</summary>
    public bool IsDead { get; set; }

    /// <summary>Gets or sets the status that everything is refused with, or null.</summary>
    public int? Refuses { get; set; }

    /// <summary>Gets or sets whether watches, and only they, are refused.</summary>
    public bool RefusesWatches { get; set; }

    /// <summary>Changes a node.</summary>
    public void Put(string name, bool isReady)
    {
        lock (gate)
        {
            version++;
            var type = nodes.ContainsKey(name) ? "MODIFIED" : "ADDED";
            nodes[name] = isReady;
            Send($$$"""{"type":"{{{type}}}","object":{{{Node(name)}}}}""");
        }
    }

    /// <summary>Takes a node away while nobody is told, and forgets the history.</summary>
    public void RemoveInSilence(string name)
    {
        lock (gate)
        {
            version += 5;
            nodes.Remove(name);
            oldest = version;
        }
    }

    /// <summary>Goes back in time, as a restore of etcd does.</summary>
    public void Restore(int to)
    {
        lock (gate)
        {
            version = to;
            oldest = 0;
        }
    }

    /// <summary>Ends every open watch, as the API does when its time is over.</summary>
    public void EndStreams()
    {
        lock (gate)
        {
            streams.ForEach(s => s.Writer.TryComplete());
        }
    }

    /// <summary>Cuts every open watch in the middle of a line.</summary>
    public void CutStreams()
    {
        lock (gate)
        {
            Send("cut");
        }
    }

    /// <summary>Answers a request.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var query = http.Request.Query;
        lock (gate)
        {
            Asked++;
            users.Enqueue($"{http.Request.Headers["Impersonate-User"]} {http.Request.Headers["Impersonate-Group"]}");
        }

        if (IsDead)
        {
            http.Abort();
        }
        else if ((Refuses ?? (RefusesWatches && query.ContainsKey("watch") ? 403 : null)) is { } status)
        {
            await SmallServer.JsonAsync(http, status, $$"""{"kind":"Status","message":"no","code":{{status}}}""");
        }
        else if (query.ContainsKey("watch"))
        {
            await WatchAsync(http, int.Parse(query["resourceVersion"].ToString(), System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            await SmallServer.JsonAsync(http, 200, List(small: query["limit"] == "1"));
        }
    }

    private async Task WatchAsync(HttpContext http, int from)
    {
        var stream = Channel.CreateUnbounded<string>();
        lock (gate)
        {
            Watches++;
            if (from < oldest)
            {
                stream.Writer.TryWrite("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""");
                stream.Writer.TryComplete();
            }
            else
            {
                streams.Add(stream);
                foreach (var name in from < version ? nodes.Keys : Enumerable.Empty<string>())
                {
                    // What happened since, told more often than it need be.
                    stream.Writer.TryWrite($$$"""{"type":"MODIFIED","object":{{{Node(name)}}}}""");
                }
            }
        }

        try
        {
            // As the real one: the headers go at once, not with the first event.
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await foreach (var line in stream.Reader.ReadAllAsync(http.RequestAborted))
            {
                if (line == "cut")
                {
                    await http.Response.WriteAsync("""{"type":"MODI""");
                    await http.Response.Body.FlushAsync();
                    http.Abort();
                    return;
                }

                await http.Response.WriteAsync(line + "\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The watcher has gone.
        }
        finally
        {
            lock (gate)
            {
                streams.Remove(stream);
            }
        }
    }

    private void Send(string line) => streams.ForEach(s => s.Writer.TryWrite(line));

    private string List(bool small)
    {
        lock (gate)
        {
            Lists += small ? 0 : 1;
            return $$"""{"metadata":{"resourceVersion":"{{version}}"},"items":[{{(small ? "" : string.Join(',', nodes.Keys.Select(Node)))}}]}""";
        }
    }

    private string Node(string name) =>
        $$$"""{"metadata":{"name":"{{{name}}}","resourceVersion":"{{{version}}}"},"status":{"conditions":[{"type":"Ready","status":"{{{nodes[name]}}}"}]}}""";
}
