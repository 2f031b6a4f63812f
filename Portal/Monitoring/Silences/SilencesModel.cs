using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Silences;
using Portal.Monitoring.Alerts;
using Portal.Shared;

namespace Portal.Monitoring.Silences;

/// <summary>A silence as the list shows it.</summary>
/// <param name="ClusterId">The cluster's id.</param>
/// <param name="ClusterName">Its name.</param>
/// <param name="Silence">The silence.</param>
/// <param name="Matched">How many alerts that fire now meet its conditions.</param>
public sealed record SilenceItem(string ClusterId, string ClusterName, Silence Silence, int Matched);

/// <summary>The silences of the project's clusters.</summary>
public sealed class SilencesModel(ISilences silences, Scope scope, AlertsModel alerts, TimeProvider time)
{
    private readonly Asking _asking = new();

    /// <summary>Gets what the clusters answered, also before.</summary>
    public SeenLists<ClusterSilences> Seen { get; } = new(time);

    /// <summary>Gets what came.</summary>
    public Loadable<IReadOnlyList<ClusterSilences>> All => Seen.All;

    /// <summary>Gets or sets whether those that have ended are shown.</summary>
    public bool WithExpired { get; set; }

    /// <summary>Gets why the last thing asked was not done, or null.</summary>
    public Exception? Refused => _asking.Refused;

    /// <summary>Gets whether Alertmanager is being asked.</summary>
    public bool IsBusy => _asking.IsBusy;

    /// <summary>Gets whether the person may silence.</summary>
    public bool MayChange => scope.Can(Capability.Write);

    /// <summary>Gets the rows: active ones first, the next to end first; then pending, then ended ones.</summary>
    public IReadOnlyList<SilenceItem> Items =>
    [
        .. Shown.SelectMany(c => c.Silences.Where(s => WithExpired || s.State is not SilenceState.Expired)
            .Select(s => new SilenceItem(c.ClusterId, alerts.NameOf(c.ClusterId), s, alerts.Items.Count(i => i.IsFiring && i.ClusterId == c.ClusterId && s.Matches(i.Alert.Labels)))))
            .OrderBy(i => i.Silence.State).ThenBy(i => i.Silence.State is SilenceState.Expired ? -i.Silence.EndsAt.UtcTicks : i.Silence.EndsAt.UtcTicks).ThenBy(i => i.ClusterName, StringComparer.CurrentCultureIgnoreCase),
    ];

    /// <summary>Gets how many have ended.</summary>
    public int Expired => Shown.Sum(c => c.Silences.Count(s => s.State is SilenceState.Expired));

    /// <summary>Gets the clusters whose silences could not be read.</summary>
    public IReadOnlyList<ClusterSilences> Missing => [.. (All.Value ?? []).Where(c => c.Failure is not null && alerts.Knows(c.ClusterId))];

    private IEnumerable<ClusterSilences> Shown => (All.Value ?? []).Where(c => alerts.Knows(c.ClusterId)).Select(Seen.Shown).OfType<ClusterSilences>();

    /// <summary>Reads them.</summary>
    public Task LoadAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => silences.ListAsync(scope, cancellationToken));

    /// <summary>Reads them again, for a page that follows: at most some seconds old.</summary>
    public Task FollowAsync(CancellationToken cancellationToken) => Seen.ReadAsync(() => silences.ListLatelyAsync(scope, cancellationToken));

    /// <summary>Gives one by its id, or null.</summary>
    public Silence? Find(string clusterId, string id) => All.Value?.FirstOrDefault(c => c.ClusterId == clusterId)?.Silences.FirstOrDefault(s => s.Id == id);

    /// <summary>Ends one; gives whether it was done.</summary>
    public Task<bool> ExpireAsync(SilenceItem item, CancellationToken cancellationToken) =>
        ChangeAsync(() => silences.ExpireAsync(scope, item.ClusterId, item.Silence.Id, cancellationToken), cancellationToken);

    /// <summary>Makes one again that was ended, until its former end; gives whether it was done.</summary>
    public Task<bool> RestoreAsync(SilenceItem item, CancellationToken cancellationToken)
    {
        var draft = new SilenceDraft
        {
            Matchers = item.Silence.Matchers,
            StartsAt = item.Silence.State is SilenceState.Pending ? item.Silence.StartsAt : null,
            EndsAt = item.Silence.EndsAt,
            Comment = item.Silence.Comment,
        };
        return ChangeAsync(() => silences.SaveAsync(scope, item.ClusterId, draft, cancellationToken), cancellationToken);
    }

    private async Task<bool> ChangeAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        bool done;
        try
        {
            done = await _asking.RunAsync(change);
        }
        catch (ClusterInvalidException)
        {
            // Its end has come in between.
            done = false;
        }

        await LoadAsync(cancellationToken);
        return done;
    }
}
