using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Kubernetes.Streams;

/// <summary>
/// What a container writes from its start to its end: how it came up, what it served, and, where it died of an error, why.
/// The same number is always the same line.
/// </summary>
internal sealed class ContainerLife
{
    private static readonly string[] Platform = ["kube-system", "monitoring", "logging", "ingress", "cicd", "ci"];
    private static readonly string[] Paths = ["/", "/api/orders", "/api/cart", "/healthz", "/api/checkout", "/static/app.js", "/api/products?page=2"];
    private static readonly string[] Crash =
    [
        "level=error msg=\"unhandled exception\" err=\"connection refused\" host=db:5432",
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "goroutine 1 [running]:",
        "main.(*Store).Connect(0x0, {0xc00001e0f0, 0x7})",
        "\t/src/store.go:84 +0x1d",
        "main.main()",
        "\t/src/main.go:31 +0x9c",
    ];

    private readonly string pod;
    private readonly string container;
    private readonly string kind;
    private readonly JsonObject status;
    private readonly StoredObject of;
    private readonly DateTimeOffset? ended;
    private readonly bool crashed;
    private readonly bool isBad;
    private readonly TimeSpan every;
    private readonly int seed;

    private ContainerLife(StoredObject pod, JsonObject status, DateTimeOffset started, DateTimeOffset? ended, int exit)
    {
        (this.pod, container, kind, this.status, of) = (pod.Name, status.Str("name"), Images.ShortName(status.Str("image")), status, pod);
        (Started, this.ended, crashed) = (started, ended, exit != 0);
        IsPlatform = Platform.Contains(pod.Namespace);
        isBad = Images.IsBad(status.Str("image"));
        every = TimeSpan.FromSeconds(IsPlatform ? 4 : 1);
        seed = pod.Uid.Aggregate(17, (sum, c) => ((sum * 31) + c) & 0xffff);
    }

    public DateTimeOffset Started { get; }

    private bool IsPlatform { get; }

    /// <summary>Gives the life of a container that <c>state</c> or <c>lastState</c> tells; null when there is none.</summary>
    public static ContainerLife? Of(StoredObject pod, JsonObject status, string which, DateTimeOffset now)
    {
        if (KubeTime.Parse(status.At(which + ".running.startedAt")) is { } running)
        {
            return new(pod, status, running, null, 0);
        }

        var dead = status.Obj(which).Obj("terminated");
        return dead is null ? null : new(pod, status, KubeTime.Parse(dead["startedAt"]) ?? now, KubeTime.Parse(dead["finishedAt"]) ?? now, dead.Int("exitCode") ?? 0);
    }

    /// <summary>Gives the lives of a pod's containers by their names, of all that is remembered of it: later words about a life are the better ones.</summary>
    public static IReadOnlyDictionary<(string Container, DateTimeOffset Started), ContainerLife> All(IEnumerable<StoredObject> versions, DateTimeOffset now, DateTimeOffset? gone)
    {
        var lives = new Dictionary<(string, DateTimeOffset), ContainerLife>();
        foreach (var pod in versions)
        {
            foreach (var status in pod.Body.Items("status.containerStatuses"))
            {
                foreach (var life in ((ContainerLife?[])[Of(pod, status, "lastState", now), Of(pod, status, "state", now)]).OfType<ContainerLife>())
                {
                    var key = (status.Str("name"), life.Started);
                    lives[key] = life.ended is null && lives.TryGetValue(key, out var known) && known.ended is not null ? known : life;
                }
            }
        }

        return gone is null ? lives : lives.ToDictionary(l => l.Key, l => l.Value.ended is null ? l.Value.EndedAt(gone.Value) : l.Value);
    }

    /// <summary>Gives how many lines it has written by a moment.</summary>
    public int Count(DateTimeOffset now)
    {
        var until = ended is { } end && end < now ? end : now;
        var usual = until < Started ? 0 : (int)((until - Started) / every) + 2;
        return usual + (crashed && ended <= now ? Crash.Length : 0);
    }

    /// <summary>Gives when a line was written.</summary>
    public DateTimeOffset TimeOf(int number) => LastWords(number) is { } word ? ended!.Value.AddMilliseconds(word / 3.0)
        : Started + (Math.Max(0, number - 1) * every) + TimeSpan.FromMilliseconds(number < 2 ? number : seed * (number + 3) % 700);

    /// <summary>Gives a line without its end.</summary>
    public string Text(int number)
    {
        if (LastWords(number) is { } word)
        {
            return Crash[word];
        }

        // Spread evenly, and not the same for two pods.
        var chance = (int)((uint)(((number + seed) * 2654435761L) & 0xffffffff) >> 8) % 1000;
        return kind is "kube-proxy" or "coredns" || (IsPlatform && kind.StartsWith("kube", StringComparison.Ordinal)) ? Klog(number, chance)
            : IsPlatform ? Daemon(number, chance) : Served(number, chance);
    }

    private ContainerLife EndedAt(DateTimeOffset time) => new(of, status, Started, time > Started ? time : Started, 0);

    private int? LastWords(int number) => crashed && ended is { } end && number >= (int)((end - Started) / every) + 2 ? Math.Min(Crash.Length - 1, number - (int)((end - Started) / every) - 2) : null;

    private string Served(int number, int chance)
    {
        var text = chance switch
        {
            _ when number == 0 => $"level=info pod={pod} container={container} n=0 msg=\"listening\" port=8080",
            < 700 when isBad => $"level=error pod={pod} container={container} n={number} msg=\"request failed\" path={Paths[chance % Paths.Length]} status=500 took={chance}ms err=\"column \\\"discount\\\" does not exist\"",
            < 12 => $"level=error pod={pod} container={container} n={number} msg=\"request failed\" path={Paths[chance % Paths.Length]} status=502 took=5003ms err=\"upstream timeout\"",
            < 50 => $"level=warn pod={pod} container={container} n={number} msg=\"slow request\" path={Paths[chance % Paths.Length]} status=200 took={1200 + chance}ms",
            < 90 => $"10.244.{seed % 8}.{chance} - - [{TimeOf(number).UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture)}] \"GET {Paths[chance % Paths.Length]} HTTP/1.1\" {(chance < 55 ? 404 : 200)} {chance * 37}",
            _ => $"level=info pod={pod} container={container} n={number} msg=\"request served\" path={Paths[chance % Paths.Length]} status=200 took={(number * 79 % 200) + 1}ms",
        };
        return text;
    }

    private string Daemon(int number, int chance) => chance switch
    {
        _ when number == 0 => $"level=info component={container} msg=\"starting\"",
        < 4 => $"level=error component={container} n={number} msg=\"scrape failed\" err=\"context deadline exceeded\"",
        < 20 => $"level=warn component={container} n={number} msg=\"queue is long\" length={chance * 13}",
        _ => $"level=info component={container} n={number} msg=\"request served\" status=200 took={(number * 79 % 200) + 1}ms",
    };

    private string Klog(int number, int chance)
    {
        var (letter, words) = chance < 3 ? ('E', "\"Failed to update lease\" err=\"etcdserver: request timed out\"") : chance < 20 ? ('W', "\"Watch closed unexpectedly\" warning=true") : ('I', $"\"Synced\" objects={(number * 7 % 40) + 1} took=\"{chance}ms\"");
        return $"{letter}{TimeOf(number).UtcDateTime.ToString("MMdd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}       1 {container}.go:{200 + (chance % 90)}] {words}";
    }
}
