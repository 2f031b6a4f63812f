using System.Collections.Immutable;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Logs.Containers;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Logs;

/// <summary>Which containers are followed, as the page's address has it.</summary>
/// <param name="Targets">Containers; the first is the page's own.</param>
/// <param name="Previous">Whether the life before the last restart is meant.</param>
/// <param name="Since">How far back: <c>5m</c>, <c>1h</c>, <c>24h</c>; empty for the last 500 lines.</param>
public sealed record PodLogsQuery(ImmutableArray<LogTarget> Targets, bool Previous, string Since)
{
    /// <summary>Gets the choices of how far back.</summary>
    public static IReadOnlyList<string> Spans { get; } = ["", "5m", "1h", "24h"];

    /// <summary>Gets how far back, or null.</summary>
    public TimeSpan? Back => Since switch { "5m" => TimeSpan.FromMinutes(5), "1h" => TimeSpan.FromHours(1), "24h" => TimeSpan.FromHours(24), _ => null };

    /// <summary>Reads the address's values; what the namespace does not have is left out, and without a container the pod's last one is meant.</summary>
    public static PodLogsQuery Read(IReadOnlyList<LogPod> pods, string pod, string? container, string? with, string? previous, string? since)
    {
        var containers = pods.FirstOrDefault(p => p.Name == pod)?.Containers ?? [];
        var first = containers.FirstOrDefault(c => c.Name == container) ?? containers.LastOrDefault();
        var others = (with ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(w => w.Split('/')).Where(w => w.Length == 2).Select(w => new LogTarget(w[0], w[1]))
            .Where(t => pods.Any(p => p.Name == t.Pod && p.Containers.Any(c => c.Name == t.Container)));
        ImmutableArray<LogTarget> targets = first is null ? [] : [new(pod, first.Name), .. others];
        return new([.. targets.Distinct().Take(20)], previous == "true", Spans.Contains(since ?? "") ? since ?? "" : "");
    }

    /// <summary>Gives the page's address.</summary>
    public string ToAddress(string projectId, string clusterId, string space)
    {
        var rest = Targets.Skip(1).Select(t => $"{t.Pod}/{t.Container}").ToList();
        return ProjectRoutes.PodLogs(projectId, clusterId, space, Targets[0].Pod, Targets[0].Container)
            + (rest.Count > 0 ? "&with=" + Uri.EscapeDataString(string.Join(',', rest)) : "") + (Previous ? "&previous=true" : "") + (Since.Length > 0 ? "&since=" + Since : "");
    }
}

/// <summary>Containers' logs as they are written. Holds at most <see cref="Most"/> lines and <see cref="MostCharacters"/> characters; the oldest go.</summary>
public sealed class PodLogsModel(IContainerLogs logs, Scope scope, ClusterKey cluster, string space, TimeProvider time)
{
    /// <summary>How many lines are held.</summary>
    public const int Most = 5000;

    /// <summary>How many characters are held.</summary>
    public const int MostCharacters = 8_000_000;

    /// <summary>How many lines are in the page.</summary>
    public const int Shown = 400;

    private readonly Queue<ContainerLine> _lines = new();
    private long _characters;

    /// <summary>Gets the pods of the namespace.</summary>
    public Loadable<IReadOnlyList<LogPod>> Pods { get; } = new();

    /// <summary>Gets the containers of these pods, in their order.</summary>
    public IReadOnlyList<LogTarget> Targets { get; private set; } = [];

    /// <summary>Gets how many lines were let go.</summary>
    public long Dropped { get; private set; }

    /// <summary>Gets what happened to containers' logs, the last of each.</summary>
    public IReadOnlyDictionary<LogTarget, LogTargetEnd> Ends { get; private set; } = ImmutableDictionary<LogTarget, LogTargetEnd>.Empty;

    /// <summary>Gets whether lines still come.</summary>
    public bool IsFollowing { get; private set; }

    /// <summary>Gets whether the view stands still while lines come.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Gets the words that a line must have.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Gets the least severity, or null.</summary>
    public LogSeverity? AtLeast { get; private set; }

    /// <summary>Gets why nothing can be read, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets how many lines are held.</summary>
    public int Count => _lines.Count;

    /// <summary>Gets the lines in the page: the last that match, the newest last; while paused, those of then.</summary>
    public IReadOnlyList<ContainerLine> Visible { get; private set; } = [];

    /// <summary>Gets how many of the held lines match.</summary>
    public int Matching { get; private set; }

    /// <summary>Asks which pods there are.</summary>
    public async Task LoadPodsAsync(CancellationToken cancellationToken)
    {
        await Pods.LoadAsync(async () => await logs.ListPodsAsync(scope, cluster, space, cancellationToken));
        Targets = [.. (Pods.Value ?? []).SelectMany(p => p.Containers.Select(c => new LogTarget(p.Name, c.Name)))];
    }

    /// <summary>Follows until cancelled or over.</summary>
    public async Task RunAsync(PodLogsQuery query, Func<Task> changed, CancellationToken cancellationToken)
    {
        _lines.Clear();
        (_characters, Dropped, Failure, IsFollowing) = (0, 0, null, true);
        Ends = ImmutableDictionary<LogTarget, LogTargetEnd>.Empty;
        Look();
        try
        {
            var asked = new ContainerLogQuery { Namespace = space, Targets = query.Targets, Previous = query.Previous, Since = query.Back is { } back ? time.GetUtcNow() - back : null };
            await foreach (var batch in logs.FollowAsync(scope, cluster, asked, cancellationToken).WithCancellation(cancellationToken))
            {
                Take(batch);
                await changed();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException or ArgumentException)
        {
            Failure = failure;
        }

        IsFollowing = false;
        await changed();
    }

    /// <summary>Lets the view stand still, or go on.</summary>
    public void Pause(bool paused)
    {
        IsPaused = paused;
        Look();
    }

    /// <summary>Shows only lines that have a text.</summary>
    public void Find(string? text)
    {
        Text = text?.Trim() ?? "";
        Look();
    }

    /// <summary>Shows only lines of a least severity.</summary>
    public void Least(LogSeverity? severity)
    {
        AtLeast = severity;
        Look();
    }

    /// <summary>Looks again at what is held, after another filter.</summary>
    public void Look()
    {
        if (IsPaused && _lines.Count > 0 && Visible.Count > 0 && Text.Length == 0 && AtLeast is null)
        {
            return;
        }

        var matching = _lines.Where(Matches).ToList();
        (Matching, Visible) = (matching.Count, matching.Count > Shown ? matching[^Shown..] : matching);
    }

    private bool Matches(ContainerLine line) => (AtLeast is not { } least || line.Severity >= least) && (Text.Length == 0 || line.Text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    private void Take(ContainerLogBatch batch)
    {
        Dropped += batch.Dropped;
        foreach (var line in batch.Lines)
        {
            _lines.Enqueue(line);
            _characters += line.Text.Length;
        }

        while (_lines.Count > Most || (_characters > MostCharacters && _lines.Count > 1))
        {
            _characters -= _lines.Dequeue().Text.Length;
            Dropped++;
        }

        Ends = batch.Ends.Aggregate((ImmutableDictionary<LogTarget, LogTargetEnd>)Ends, (all, end) => all.SetItem(end.Target, end)).RemoveRange(batch.Lines.Select(l => l.Target).Distinct().Where(t => batch.Ends.All(e => e.Target != t)));
        if (!IsPaused)
        {
            Look();
        }
    }
}
