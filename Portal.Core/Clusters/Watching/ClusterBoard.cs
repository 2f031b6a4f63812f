using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Portal.Core.Clusters.Watching;

/// <summary>The last known rows of one region, in memory. Rows are only ever handed out by project.</summary>
internal sealed class ClusterBoard(TimeProvider time)
{
    // A creation that ended in a longer silence took nobody knows how long.
    private static readonly TimeSpan MaxGap = TimeSpan.FromMinutes(2);
    private readonly Lock gate = new();
    private readonly List<Channel<byte>> listeners = [];
    private readonly Dictionary<string, DateTimeOffset> askedByProject = new(StringComparer.Ordinal);
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);
    private readonly List<SeenCreation> created = [];
    private ImmutableDictionary<string, ClusterRow> rows = ImmutableDictionary<string, ClusterRow>.Empty;
    private ImmutableDictionary<string, string> templates = ImmutableDictionary<string, string>.Empty;
    private ImmutableArray<ClusterProblem> incomplete = [];
    private DateTimeOffset? asked;
    private ClusterProblem? problem;
    private DateTimeOffset movesUntil;

    /// <summary>Gets whether something moves, or was just asked to.</summary>
    public bool IsMoving
    {
        get
        {
            lock (gate)
            {
                return movesUntil > time.GetUtcNow() || rows.Values.Any(r => r.Cluster.Status.IsInProgress());
            }
        }
    }

    /// <summary>Gets all rows, for the poller alone.</summary>
    public IEnumerable<ClusterRow> All
    {
        get
        {
            lock (gate)
            {
                return rows.Values;
            }
        }
    }

    /// <summary>Gives the project's own rows.</summary>
    public ImmutableArray<ClusterRow> Rows(string projectId)
    {
        lock (gate)
        {
            return [.. rows.Values.Where(r => r.Cluster.ProjectId == projectId)];
        }
    }

    /// <summary>Gives one of the project's own rows, or null.</summary>
    public ClusterRow? Find(string projectId, string clusterId)
    {
        lock (gate)
        {
            return rows.TryGetValue(clusterId, out var row) && row.Cluster.ProjectId == projectId ? row : null;
        }
    }

    /// <summary>Says how fresh the project's rows are.</summary>
    public ClusterFreshness Freshness(string projectId)
    {
        lock (gate)
        {
            var asOf = askedByProject.TryGetValue(projectId, out var own) && !(asked > own) ? own : asked;
            return new ClusterFreshness(asOf, problem, [.. incomplete.Where(p => p.Subject is { } id && rows.TryGetValue(id, out var row) && row.Cluster.ProjectId == projectId)], kept.Contains(projectId));
        }
    }

    /// <summary>Takes a project's rows of before a restart, unless something newer is known.</summary>
    public void Restore(string projectId, IReadOnlyList<ClusterRow> known, DateTimeOffset asOf)
    {
        lock (gate)
        {
            if (asked is not null || askedByProject.ContainsKey(projectId))
            {
                return;
            }

            rows = rows.SetItems(known.Where(r => r.Cluster.ProjectId == projectId).Select(r => KeyValuePair.Create(r.Cluster.Id, r)));
            askedByProject[projectId] = asOf;
            kept.Add(projectId);
        }

        Tell();
    }

    /// <summary>Says that something will move soon, whatever Magnum shows now.</summary>
    public void ExpectMovement(TimeSpan duration)
    {
        lock (gate)
        {
            movesUntil = time.GetUtcNow() + duration;
        }
    }

    /// <summary>Takes the rows of the whole region, asked for at <paramref name="at"/>.</summary>
    public void ApplyAll(IReadOnlyList<Cluster> clusters, IReadOnlyList<ClusterProblem> missing, DateTimeOffset at)
    {
        lock (gate)
        {
            // What a project was asked for later than this listing is newer than the listing.
            bool IsNewer(string project) => askedByProject.TryGetValue(project, out var own) && own > at;
            var taken = clusters.Where(c => !IsNewer(c.ProjectId)).Select(Row).Concat(rows.Values.Where(r => IsNewer(r.Cluster.ProjectId)));
            rows = taken.DistinctBy(r => r.Cluster.Id).ToImmutableDictionary(r => r.Cluster.Id);
            incomplete = [.. missing];
            asked = at;
            kept.Clear();
            problem = null;
        }

        Tell();
    }

    /// <summary>Takes the rows of one project, asked for at <paramref name="at"/>.</summary>
    public void ApplyProject(string projectId, IReadOnlyList<Cluster> clusters, DateTimeOffset at)
    {
        lock (gate)
        {
            var others = rows.Values.Where(r => r.Cluster.ProjectId != projectId);
            var own = clusters.Where(c => c.ProjectId == projectId).Select(Row).ToList();
            rows = others.Concat(own).DistinctBy(r => r.Cluster.Id).ToImmutableDictionary(r => r.Cluster.Id);
            askedByProject[projectId] = at;
            kept.Remove(projectId);
        }

        Tell();
    }

    /// <summary>Keeps the rows and says why there are no newer ones.</summary>
    public void Fail(ClusterProblem why)
    {
        lock (gate)
        {
            problem = why;
        }

        Tell();
    }

    /// <summary>Takes the names of templates.</summary>
    public void SetTemplates(IEnumerable<ClusterTemplate> known)
    {
        lock (gate)
        {
            templates = known.DistinctBy(t => t.Id).ToImmutableDictionary(t => t.Id, t => t.Name);
            rows = rows.ToImmutableDictionary(p => p.Key, p => p.Value with { TemplateName = templates.GetValueOrDefault(p.Value.Cluster.TemplateId) });
        }

        Tell();
    }

    /// <summary>Keeps why a cluster failed, unless it has moved on since.</summary>
    public void SetExplanation(Cluster about, Explanation explanation)
    {
        lock (gate)
        {
            if (!rows.TryGetValue(about.Id, out var row) || row.Cluster.Status != about.Status || (row.Cluster.UpdatedAt != about.UpdatedAt && !about.Status.IsInProgress()))
            {
                return;
            }

            // What tells the same only takes the time of the look: it is no news for anybody.
            var same = explanation.TellsTheSame(row.Explanation);
            rows = rows.SetItem(about.Id, row with { Explanation = same ? row.Explanation! with { ExplainedAt = explanation.ExplainedAt } : explanation });
            if (same)
            {
                return;
            }
        }

        Tell();
    }

    /// <summary>Takes what is usual for the templates of clusters that are being made or could not be.</summary>
    public void SetUsual(IReadOnlyDictionary<string, TimeSpan?> usual)
    {
        lock (gate)
        {
            rows = rows.SetItems(rows.Values
                .Where(r => usual.TryGetValue(r.Cluster.TemplateId, out var known) && known != r.Usual)
                .Select(r => KeyValuePair.Create(r.Cluster.Id, r with { Usual = usual[r.Cluster.TemplateId] }))
                .ToList());
        }

        Tell();
    }

    /// <summary>Gives the creations whose end was seen since the last time, once.</summary>
    public IReadOnlyList<SeenCreation> TakeCreated()
    {
        lock (gate)
        {
            var seen = created.ToList();
            created.Clear();
            return seen;
        }
    }

    /// <summary>Gives a signal after each change; bursts are folded. Endless until cancelled.</summary>
    public async IAsyncEnumerable<byte> SignalsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (gate)
        {
            listeners.Add(channel);
        }

        // One at once: what changed between somebody's look at the rows and now is then seen.
        channel.Writer.TryWrite(0);
        try
        {
            await foreach (var signal in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return signal;
            }
        }
        finally
        {
            lock (gate)
            {
                listeners.Remove(channel);
            }
        }
    }

    private ClusterRow Row(Cluster cluster)
    {
        var known = rows.GetValueOrDefault(cluster.Id);
        var same = known?.Cluster.StatusText == cluster.StatusText;
        var since = same ? known!.StatusSince
            : known is not null ? time.GetUtcNow()
            : cluster.Status is ClusterStatus.CreateInProgress ? cluster.CreatedAt : cluster.UpdatedAt ?? cluster.CreatedAt;
        var explanation = same && (known!.Cluster.UpdatedAt == cluster.UpdatedAt || cluster.Status.IsInProgress()) ? known.Explanation : null;
        Notice(known, cluster);
        return new ClusterRow(cluster, since, templates.GetValueOrDefault(cluster.TemplateId), explanation) { Usual = known?.Usual };
    }

    private void Notice(ClusterRow? known, Cluster cluster)
    {
        var last = askedByProject.TryGetValue(cluster.ProjectId, out var own) && !(asked > own) ? own : asked;
        if (known?.Cluster.Status is ClusterStatus.CreateInProgress && cluster is { Status: ClusterStatus.CreateComplete, CreatedAt: { } begun }
            && !kept.Contains(cluster.ProjectId) && time.GetUtcNow() - last < MaxGap)
        {
            created.Add(new SeenCreation(cluster, time.GetUtcNow() - begun));
        }
    }

    private void Tell()
    {
        lock (gate)
        {
            listeners.ForEach(l => l.Writer.TryWrite(0));
        }
    }
}
