using System.Collections.Immutable;

namespace Portal.Core.Live;

/// <summary>What happened to an item.</summary>
public enum ChangeType
{
    /// <summary>Added or changed.</summary>
    Upsert,

    /// <summary>Gone.</summary>
    Delete,
}

/// <summary>One change of a live list.</summary>
public readonly record struct Change<T>(ChangeType Type, T Item);

/// <summary>Items and the changes after them, taken under one lock so that nothing is lost between.</summary>
/// <param name="Items">Items at the time of the snapshot.</param>
/// <param name="AsOf">When these items were true (UTC); older than now when they come from memory.</param>
/// <param name="Changes">Batches of changes; endless until the caller cancels its enumeration.</param>
public sealed record LiveSnapshot<T>(ImmutableArray<T> Items, DateTimeOffset AsOf, IAsyncEnumerable<IReadOnlyList<Change<T>>> Changes);

/// <summary>The only place that applies changes to a list.</summary>
public sealed class LiveList<TKey, T>(Func<T, TKey> keyOf)
    where TKey : notnull
{
    /// <summary>Gets the current items. Replaced whole, once per batch, so a render never sees half a batch.</summary>
    public ImmutableDictionary<TKey, T> Items { get; private set; } = ImmutableDictionary<TKey, T>.Empty;

    /// <summary>Fills the list and follows the changes until cancelled; <paramref name="changed"/> is called once a batch.</summary>
    public async Task RunAsync(LiveSnapshot<T> source, Func<Task> changed, CancellationToken cancellationToken)
    {
        Items = source.Items.ToImmutableDictionary(keyOf);
        await changed().ConfigureAwait(false);
        await foreach (var batch in source.Changes.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            Items = batch.Aggregate(Items, Apply);
            await changed().ConfigureAwait(false);
        }
    }

    private ImmutableDictionary<TKey, T> Apply(ImmutableDictionary<TKey, T> items, Change<T> change) =>
        change.Type is ChangeType.Delete ? items.Remove(keyOf(change.Item)) : items.SetItem(keyOf(change.Item), change.Item);
}

/// <summary>Tells every replica that something changed; in-process by default.</summary>
public interface IChangeBus
{
    /// <summary>Tells it: a topic such as <c>plan/ID</c> or <c>project/ID/plans</c>.</summary>
    Task PublishAsync(string topic, CancellationToken cancellationToken);

    /// <summary>Gives a signal for each change of topics that begin with the prefix; bursts are folded. Endless until cancelled.</summary>
    IAsyncEnumerable<string> SubscribeAsync(string topicPrefix, CancellationToken cancellationToken);
}
