using Portal.Sandbox.Kubernetes.Kinds;
using Portal.Sandbox.Kubernetes.Store;

namespace Portal.Sandbox.Prometheus.Series;

/// <summary>A node, its size, what runs on it and when it was ready. Its machine is a day older than the node.</summary>
internal sealed class NodeLife
{
    private const long Before = 25L * 3_600_000;
    private readonly Steps<(double Cpu, double Memory, double Earlier, double Since)> use;
    private readonly Wave load;

    public NodeLife(Life life, IReadOnlyList<PodLife> pods)
    {
        var body = life.Last.Body;
        Object = life.Last;
        Begun = life.Begun - Before;
        Alive = [new Span(Begun, life.Ended)];
        Boot = Math.Floor((Begun / 1000.0) - 3600 - (86_400 * 3 * Wave.Chance(Name, 1)));
        Cores = (int)Math.Max(1, Quantity.Value(body.At("status.capacity.cpu")));
        Memory = (double)Math.Max(1, Quantity.Value(body.At("status.capacity.memory")));
        Disk = (double)Math.Max(1, Quantity.Value(body.At("status.capacity.ephemeral-storage")));
        Address = body.Items("status.addresses").FirstOrDefault().Str("address");
        IsReady = new([.. life.Moments.Select(m => (m.From, m.Object.Body.Items("status.conditions").FirstOrDefault(c => c.Str("type") == "Ready").Str("status")))]);
        Pods = pods;
        load = new Wave(Name + "/cpu");
        use = Uses(pods);
        ReadySpans = [.. IsReady.Points.Select((p, i) => (p.Value, Span: new Span(i == 0 ? Begun : p.From, i + 1 < IsReady.Points.Count ? IsReady.Points[i + 1].From : life.Ended))).Where(p => p.Value == "True" && p.Span.From < p.Span.To).Select(p => p.Span)];
        ReadySpans = Spans.Joined(ReadySpans);
    }

    public StoredObject Object { get; }

    public string Name => Object.Name;

    public long Begun { get; }

    public IReadOnlyList<Span> Alive { get; }

    public IReadOnlyList<Span> ReadySpans { get; }

    public double Boot { get; }

    public int Cores { get; }

    public double Memory { get; }

    public double Disk { get; }

    public string Address { get; }

    /// <summary>Gets the status of the condition Ready: <c>True</c>, <c>False</c>, <c>Unknown</c>.</summary>
    public Steps<string> IsReady { get; }

    public IReadOnlyList<PodLife> Pods { get; }

    /// <summary>Gives the seconds of CPU used since boot, of all cores: the system's own and the pods'.</summary>
    public double CpuTotal(double time)
    {
        var now = use.At(time);
        var pods = now.Earlier + (now.Cpu * (load.Total(time) - load.Total(now.Since)));
        return (Cores * 0.035 * (load.Total(time) - load.Total(Boot))) + pods;
    }

    /// <summary>Gives the cores in use at a time.</summary>
    public double CpuAt(double time) => ((Cores * 0.035) + use.At(time).Cpu) * load.At(time);

    /// <summary>Gives the bytes of memory in use at a time.</summary>
    public double MemoryAt(double time) => Math.Floor(Math.Min(Memory * 0.94, (((Memory * 0.06) + 3e8) * (0.8 + (0.2 * load.At(time)))) + (use.At(time).Memory * (0.92 + (0.08 * load.At(time))))) / 4096) * 4096;

    // Each start and end of a container is a jump; what was used up to then is added up once.
    private Steps<(double Cpu, double Memory, double Earlier, double Since)> Uses(IReadOnlyList<PodLife> pods)
    {
        var jumps = pods.SelectMany(p => p.Containers).SelectMany(c => c.Runs.SelectMany(r => new[] { (Time: r.Span.From, c.Cpu, c.Memory), (Time: r.Span.To, Cpu: -c.Cpu, Memory: -c.Memory) }))
            .Where(j => j.Time != long.MaxValue).OrderBy(j => j.Time).ToList();
        var (points, cpu, memory, earlier, last) = (new List<(long, (double, double, double, double))> { (Begun, (0, 0, 0, Begun / 1000.0)) }, 0.0, 0.0, 0.0, Begun / 1000.0);
        foreach (var jump in jumps)
        {
            var now = Math.Max(jump.Time, Begun);
            earlier += cpu * (load.Total(now / 1000.0) - load.Total(last));
            (last, cpu, memory) = (now / 1000.0, Math.Max(0, cpu + jump.Cpu), Math.Max(0, memory + jump.Memory));
            points.Add((now, (cpu, memory, earlier, last)));
        }

        return new(points);
    }
}
