using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Logs.Containers;

/// <summary>One following: reads several containers' logs at once and hands on what came, four times a second.</summary>
internal sealed class LogMerger(IKubernetesApi api, ContainerLogQuery query, TimeProvider time)
{
    private const int MostWaiting = 10_000;
    private const int First = 500;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private static readonly KubernetesResource Pods = KubernetesResource.Of("v1", "Pod");
    private long dropped;
    private long number;

    public async IAsyncEnumerable<ContainerLogBatch> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lines = Channel.CreateBounded<ContainerLine>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref dropped));
        var ends = Channel.CreateUnbounded<LogTargetEnd>();
        var reading = Task.WhenAll(query.Targets.Select(t => FollowAsync(t, lines.Writer, ends.Writer, left.Token)));
        try
        {
            for (var open = true; open;)
            {
                // First of all: what ended before this look is in this batch.
                open = !reading.IsCompleted;
                var (batch, ended, lost) = (Taken(lines.Reader), Taken(ends.Reader), Interlocked.Exchange(ref dropped, 0));
                if (batch.Count > 0 || ended.Count > 0 || lost > 0)
                {
                    yield return new([.. batch.OrderBy(l => l.At).Select(l => l with { Number = number++ })], [.. ended], lost);
                }

                if (open)
                {
                    await Task.WhenAny(reading, Task.Delay(Every, time, left.Token)).ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }

            await reading.ConfigureAwait(false);
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static List<T> Taken<T>(ChannelReader<T> from)
    {
        var taken = new List<T>();
        while (taken.Count < MostWaiting && from.TryRead(out var one))
        {
            taken.Add(one);
        }

        return taken;
    }

    /// <summary>Reads one container until it is over; a log that ends while it is followed goes on where the container was started again.</summary>
    private async Task FollowAsync(LogTarget target, ChannelWriter<ContainerLine> to, ChannelWriter<LogTargetEnd> ends, CancellationToken cancellationToken)
    {
        DateTimeOffset? last = null;
        var told = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            BackendException? failure = null;
            try
            {
                last = await OnceAsync(target, last, to, cancellationToken).ConfigureAwait(false) ?? last;
                told = false;
            }
            catch (BackendException e)
            {
                failure = e;
            }
            catch (IOException e) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new BackendException("kubernetes", $"read the log of {target.Pod}", BackendFailure.Unreachable, inner: e);
            }

            var over = !query.Follow || query.Previous || failure is { Failure: BackendFailure.NotFound or BackendFailure.Forbidden or BackendFailure.SignInAgain } || await IsOverAsync(target, cancellationToken).ConfigureAwait(false);
            if (over || (failure is not null && !told))
            {
                told = failure is not null;
                await ends.WriteAsync(new(target, failure, over), cancellationToken).ConfigureAwait(false);
            }

            if (over)
            {
                return;
            }

            await Task.Delay(Again, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DateTimeOffset?> OnceAsync(LogTarget target, DateTimeOffset? last, ChannelWriter<ContainerLine> to, CancellationToken cancellationToken)
    {
        var request = new PodLogRequest(target.Container)
        {
            Follow = query.Follow && !query.Previous,
            Previous = query.Previous,
            Since = last ?? query.Since,
            Tail = last is null && query.Since is null ? First : null,
        };
        using var stream = await api.OpenLogAsync(query.Namespace, target.Pod, request, cancellationToken).ConfigureAwait(false);
        var reader = new LineReader(stream);
        var newest = last;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            var (at, text) = LineReader.Split(line);

            // sinceTime counts whole seconds: what was given comes again.
            if (at is null || last is null || at > last)
            {
                newest = at ?? newest;
                await to.WriteAsync(new(0, target, at ?? newest ?? time.GetUtcNow(), text, LogSeverities.Of(null, text)), cancellationToken).ConfigureAwait(false);
            }
        }

        return newest;
    }

    private async Task<bool> IsOverAsync(LogTarget target, CancellationToken cancellationToken)
    {
        try
        {
            var pod = await api.FindAsync(Pods, query.Namespace, target.Pod, cancellationToken).ConfigureAwait(false);
            return pod is null || pod["status"]?["phase"]?.GetValue<string>() is "Succeeded" or "Failed";
        }
        catch (BackendException)
        {
            // Not known: it is tried again.
            return false;
        }
    }
}
