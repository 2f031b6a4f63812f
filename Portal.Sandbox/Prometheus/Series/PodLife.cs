using System.Text.Json.Nodes;
using Portal.Sandbox.Kubernetes.Controllers;
using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>A container's state at a time.</summary>
internal sealed record ContainerMoment(bool Running, bool Ready, string Waiting, string Terminated, string LastTerminated, int Restarts, long Started);

/// <summary>A time in which a container of a pod ran.</summary>
internal sealed record Run(Span Span, int Number, bool Crashes);

/// <summary>A container of a pod, what it asks for, and what became of it.</summary>
internal sealed class ContainerLife
{
    public ContainerLife(PodLife pod, JsonObject spec, Steps<ContainerMoment> moments)
    {
        Pod = pod;
        Name = spec.Str("name");
        Image = spec.Str("image");
        Moments = moments;
        Seed = pod.Uid + "/" + Name;
        CpuRequest = (double)Quantity.Value(spec.At("resources.requests.cpu"));
        CpuLimit = (double)Quantity.Value(spec.At("resources.limits.cpu"));
        MemoryRequest = (double)Quantity.Value(spec.At("resources.requests.memory"));
        MemoryLimit = (double)Quantity.Value(spec.At("resources.limits.memory"));
        var share = 0.25 + (0.45 * Wave.Chance(Seed, 11));
        Cpu = Math.Min(CpuRequest > 0 ? CpuRequest * share : 0.004 + (0.03 * Wave.Chance(Seed, 12)), CpuLimit > 0 ? CpuLimit * 0.5 : 4);
        Memory = Math.Min(MemoryRequest > 0 ? MemoryRequest * (0.45 + (0.4 * Wave.Chance(Seed, 13))) : (24 + (120 * Wave.Chance(Seed, 14))) * 1048576, MemoryLimit > 0 ? MemoryLimit * 0.7 : 1e12);
        Load = new Wave(Seed);
        Runs = FindRuns();
    }

    public PodLife Pod { get; }

    public string Name { get; }

    public string Image { get; }

    public string Seed { get; }

    public Steps<ContainerMoment> Moments { get; }

    public double CpuRequest { get; }

    public double CpuLimit { get; }

    public double MemoryRequest { get; }

    public double MemoryLimit { get; }

    /// <summary>Gets the cores it uses on average.</summary>
    public double Cpu { get; }

    /// <summary>Gets the bytes it works with on average.</summary>
    public double Memory { get; }

    public Wave Load { get; }

    public IReadOnlyList<Run> Runs { get; }

    /// <summary>Gives the seconds of CPU that a run has used up to a time.</summary>
    public double CpuTotal(Run run, double time)
    {
        var begin = run.Span.From / 1000.0;
        var age = Math.Max(0, time - begin);
        var start = Math.Min(0.4, 3 * Cpu) * (1 - Math.Exp(-age / 20)) * 20;
        return run.Crashes ? Math.Min(0.8, 8 * Cpu) * 15 * (1 - Math.Exp(-age / 15)) : start + (Cpu * (Load.Total(time) - Load.Total(begin)));
    }

    /// <summary>Gives the bytes of memory at a time: they rise after the start, and fall away when the container crashes.</summary>
    public double MemoryAt(Run run, double time)
    {
        var age = Math.Max(0, time - (run.Span.From / 1000.0));
        var level = run.Crashes ? Memory * ((0.08 * age / (age + 5)) + (0.9 * Math.Exp(-age / 20))) : Memory * (1 - (0.35 * Math.Exp(-age / 900))) * (0.9 + (0.1 * Load.At(time)));
        return Math.Floor(level / 4096) * 4096;
    }

    // A container in a crash loop ran for a moment at each of its restarts.
    private List<Run> FindRuns()
    {
        var (runs, points) = (new List<Run>(), Moments.Points);
        for (var i = 0; i < points.Count; i++)
        {
            var (from, moment) = points[i];
            var to = i + 1 < points.Count ? points[i + 1].From : Pod.Ended;
            var crashes = !moment.Running && moment.Waiting == "CrashLoopBackOff" && !Images.IsBad(Image);
            if ((!moment.Running && !crashes) || to <= from)
            {
                continue;
            }

            var begin = moment.Running && moment.Started > 0 ? Math.Min(moment.Started, from) : from;
            if (runs.Count > 0 && runs[^1] is var last && last.Number == moment.Restarts && last.Crashes == crashes && last.Span.To >= begin)
            {
                runs[^1] = last with { Span = new Span(last.Span.From, to) };
            }
            else
            {
                runs.Add(new Run(new Span(Math.Max(begin, runs.Count > 0 ? runs[^1].Span.To : long.MinValue), to), moment.Restarts, crashes));
            }
        }

        return runs;
    }
}

/// <summary>A pod and what became of it.</summary>
internal sealed class PodLife
{
    private PodLife(Life life)
    {
        var body = life.Last.Body;
        (Object, Begun, Ended) = (life.Last, life.Begun, life.Ended);
        Node = body.Str("spec.nodeName");
        Ip = body.Str("status.podIP");
        HostNetwork = body.Bool("spec.hostNetwork");
        var owner = body.Items("metadata.ownerReferences").FirstOrDefault();
        (OwnerKind, OwnerName) = (owner.Str("kind"), owner.Str("name"));
        Phase = new([.. life.Moments.Select(m => (m.From, m.Object.Body.Str("status.phase")))]);
        Ready = new([.. life.Moments.Select(m => (m.From, m.Object.Body.Items("status.conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True")))]);
        Scheduled = new([.. life.Moments.Select(m => (m.From, m.Object.Body.Str("spec.nodeName").Length > 0))]);
        Alive = [new Span(life.Begun, life.Ended)];
        Containers = [.. body.Items("spec.containers").Select(c => new ContainerLife(this, c, new([.. life.Moments.Select(m => (m.From, Of(m.Object.Body, c.Str("name"))))])))];
    }

    public StoredObject Object { get; }

    public string Name => Object.Name;

    public string Namespace => Object.Namespace;

    public string Uid => Object.Uid;

    public long Begun { get; }

    public long Ended { get; }

    public string Node { get; }

    public string Ip { get; }

    public bool HostNetwork { get; }

    public string OwnerKind { get; }

    public string OwnerName { get; }

    public Steps<string> Phase { get; }

    public Steps<bool> Ready { get; }

    public Steps<bool> Scheduled { get; }

    public IReadOnlyList<Span> Alive { get; }

    public IReadOnlyList<ContainerLife> Containers { get; }

    /// <summary>Gets when any of its containers ran.</summary>
    public IReadOnlyList<Span> Running => Spans.Joined(Containers.SelectMany(c => c.Runs).Select(r => r.Span));

    /// <summary>Gets the name of its first image without registry, path and tag.</summary>
    public string Image => Containers.Count == 0 ? string.Empty : Images.ShortName(Containers[0].Image);

    /// <summary>Gets whether it runs a bad release.</summary>
    public bool IsBad => Containers.Any(c => Images.IsBad(c.Image));

    /// <summary>Gives the view of a life; the one before when nothing has changed.</summary>
    public static PodLife Of(Life life)
    {
        if (life.Made is { View: PodLife known } made && made.Version == life.Version && made.Ended == life.Ended)
        {
            return known;
        }

        var view = new PodLife(life);
        life.Made = (life.Version, life.Ended, view);
        return view;
    }

    private static ContainerMoment Of(JsonObject pod, string name)
    {
        var status = pod.Items("status.containerStatuses").FirstOrDefault(s => s.Str("name") == name);
        return new ContainerMoment(
            status.At("state.running") is not null,
            status.Bool("ready"),
            status.Str("state.waiting.reason"),
            status.Str("state.terminated.reason"),
            status.Str("lastState.terminated.reason"),
            status.Int("restartCount") ?? 0,
            KubeTime.Parse(status.At("state.running.startedAt"))?.ToUnixTimeMilliseconds() ?? 0);
    }
}
