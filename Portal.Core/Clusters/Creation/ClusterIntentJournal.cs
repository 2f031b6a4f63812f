using Portal.Core.Backends;
using Portal.Core.Storage;

namespace Portal.Core.Clusters.Creation;

/// <summary>Keeps intents; each change is a compare-and-set, so that two processes cannot both go on.</summary>
internal sealed class ClusterIntentJournal(IDocumentStore store, TimeProvider time)
{
    // Longer than a call to Magnum may take: after it, what was sent is there or never will be.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);
    private readonly string process = Guid.NewGuid().ToString("N");

    /// <summary>Gives the intent of this id, or keeps a new one after <paramref name="check"/> (which throws when what was typed cannot be sent).</summary>
    public async Task<Stored<ClusterIntent>> BeginAsync(Scope scope, ClusterSpec spec, string intentId, Func<Task> check, CancellationToken cancellationToken)
    {
        var key = ClusterIntent.DocumentId(scope.ProjectId, scope.UserId, intentId);
        var known = await store.FindAsync(ClusterIntent.Type, key, cancellationToken).ConfigureAwait(false);
        if (known is { Value.State: not (ClusterIntentState.Refused or ClusterIntentState.Abandoned) })
        {
            return known;
        }

        await check().ConfigureAwait(false);
        var intent = new ClusterIntent
        {
            IntentId = intentId,
            Region = scope.Region,
            ProjectId = scope.ProjectId,
            UserId = scope.UserId,
            UserName = scope.UserName,
            Spec = spec,
            At = time.GetUtcNow(),
        };
        var version = await store.PutAsync(ClusterIntent.Type, key, intent, known?.Version ?? 0, cancellationToken).ConfigureAwait(false);
        return new Stored<ClusterIntent>(key, version, intent);
    }

    /// <summary>Waits while another process has it on its way to Magnum; gives it as it is then.</summary>
    public async Task<Stored<ClusterIntent>> SettledAsync(Stored<ClusterIntent> stored, CancellationToken cancellationToken)
    {
        while (stored.Value is { State: ClusterIntentState.Intended, SentAt: { } sent } && stored.Value.SentBy != process && time.GetUtcNow() - sent < OnItsWay)
        {
            await Task.Delay(Between, time, cancellationToken).ConfigureAwait(false);
            stored = await store.FindAsync(ClusterIntent.Type, stored.Id, cancellationToken).ConfigureAwait(false) ?? stored;
        }

        return stored;
    }

    /// <summary>Keeps that it is on its way: no other process sends it now.</summary>
    public Task<Stored<ClusterIntent>> SendingAsync(Stored<ClusterIntent> stored, CancellationToken cancellationToken) =>
        PutAsync(stored, stored.Value with { SentAt = time.GetUtcNow(), SentBy = process }, cancellationToken);

    /// <summary>Keeps that it did not arrive.</summary>
    public Task<Stored<ClusterIntent>> NotSentAsync(Stored<ClusterIntent> stored, CancellationToken cancellationToken) =>
        PutAsync(stored, stored.Value with { SentAt = null, SentBy = null }, cancellationToken);

    /// <summary>Keeps the next state.</summary>
    public async Task<Stored<ClusterIntent>> PutAsync(Stored<ClusterIntent> stored, ClusterIntent next, CancellationToken cancellationToken)
    {
        var version = await store.PutAsync(ClusterIntent.Type, stored.Id, next, stored.Version, cancellationToken).ConfigureAwait(false);
        return new Stored<ClusterIntent>(stored.Id, version, next);
    }

    /// <summary>Lists the intents that are not over.</summary>
    public Task<IReadOnlyList<Stored<ClusterIntent>>> ListOpenAsync(CancellationToken cancellationToken) =>
        store.ListAsync(ClusterIntent.Type, ClusterIntent.OpenKey, cancellationToken);

    /// <summary>Gives the clusters that intents of the project have found already.</summary>
    public async Task<IReadOnlySet<string>> TakenAsync(string projectId, CancellationToken cancellationToken) =>
        (await store.ListAsync(ClusterIntent.Type, ClusterIntent.Project(projectId), cancellationToken).ConfigureAwait(false))
            .Select(i => i.Value.ClusterId).OfType<string>().ToHashSet(StringComparer.Ordinal);

    /// <summary>Gives how long ago it was first sent.</summary>
    public TimeSpan Age(ClusterIntent intent) => time.GetUtcNow() - intent.At;
}
