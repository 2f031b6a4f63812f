using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Portal.Core.Live;

/// <summary>
/// Changes within one process. Each subscriber has its own set of topics that it has not read yet: a topic told twice is given once, and
/// a subscriber that does not read costs at most <see cref="MaxPending"/> topics; beyond that it gets its prefix, meaning "anything".
/// </summary>
internal sealed class InProcessChangeBus : IChangeBus
{
    public const int MaxPending = 256;
    private readonly Lock door = new();
    private Subscription[] subscriptions = [];

    /// <inheritdoc />
    public Task PublishAsync(string topic, CancellationToken cancellationToken)
    {
        foreach (var subscription in Volatile.Read(ref subscriptions))
        {
            subscription.Offer(topic);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// Subscribes at once, not when the enumeration begins: what is told between this call and a read of the thing itself is not lost.
    /// Ends with the token, or when the enumeration ends.
    /// </summary>
    public IAsyncEnumerable<string> SubscribeAsync(string topicPrefix, CancellationToken cancellationToken)
    {
        var subscription = new Subscription(topicPrefix);
        lock (door)
        {
            subscriptions = [.. subscriptions, subscription];
        }

        var registration = cancellationToken.Register(() => Remove(subscription));
        return ReadAsync(subscription, registration, cancellationToken, CancellationToken.None);
    }

    private async IAsyncEnumerable<string> ReadAsync(
        Subscription subscription, CancellationTokenRegistration registration, CancellationToken subscribed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(subscribed, cancellationToken);
        try
        {
            while (true)
            {
                yield return await subscription.TakeAsync(both.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            Remove(subscription);
        }
    }

    private void Remove(Subscription subscription)
    {
        lock (door)
        {
            subscriptions = [.. subscriptions.Where(s => s != subscription)];
        }
    }

    private sealed class Subscription(string prefix)
    {
        private readonly Lock door = new();
        private readonly Channel<string> order = Channel.CreateUnbounded<string>();
        private readonly HashSet<string> pending = [];

        public void Offer(string topic)
        {
            if (!topic.StartsWith(prefix, StringComparison.Ordinal))
            {
                return;
            }

            lock (door)
            {
                var offered = pending.Count < MaxPending ? topic : prefix;
                if (pending.Add(offered))
                {
                    order.Writer.TryWrite(offered);
                }
            }
        }

        public async Task<string> TakeAsync(CancellationToken cancellationToken)
        {
            var topic = await order.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            lock (door)
            {
                pending.Remove(topic);
            }

            return topic;
        }
    }
}
