using Portal.Core.Live;

namespace Portal.Tests.Live;

public sealed class InProcessChangeBusTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Topic_OfThePrefix_IsGivenAndOthersAreNot()
    {
        var bus = new InProcessChangeBus();
        using var cancel = new CancellationTokenSource(Deadline);
        await using var signals = bus.SubscribeAsync("plan/", cancel.Token).GetAsyncEnumerator();

        await bus.PublishAsync("project/1", default);
        await bus.PublishAsync("plan/1", default);

        Assert.True(await signals.MoveNextAsync());
        Assert.Equal("plan/1", signals.Current);
    }

    [Fact]
    public async Task Burst_IsFoldedInOrder()
    {
        var bus = new InProcessChangeBus();
        using var cancel = new CancellationTokenSource(Deadline);
        await using var signals = bus.SubscribeAsync("", cancel.Token).GetAsyncEnumerator();
        for (var n = 0; n < 100; n++)
        {
            await bus.PublishAsync("a", default);
            await bus.PublishAsync("b", default);
        }

        await bus.PublishAsync("end", default);

        Assert.Equal(["a", "b", "end"], await TakeAsync(signals, 3));
    }

    [Fact]
    public async Task SubscriberThatDoesNotRead_CostsABoundedNumberAndIsToldSo()
    {
        var bus = new InProcessChangeBus();
        using var cancel = new CancellationTokenSource(Deadline);
        await using var signals = bus.SubscribeAsync("t/", cancel.Token).GetAsyncEnumerator();
        for (var n = 0; n < 10_000; n++)
        {
            await bus.PublishAsync($"t/{n}", default);
        }

        var seen = await TakeAsync(signals, InProcessChangeBus.MaxPending + 1);
        Assert.Equal("t/", seen[^1]);
        await bus.PublishAsync("t/after", default);
        Assert.Equal(["t/after"], await TakeAsync(signals, 1));
    }

    [Fact]
    public async Task ChangeBetweenSubscribingAndReading_IsNotLost()
    {
        var bus = new InProcessChangeBus();
        using var cancel = new CancellationTokenSource(Deadline);
        var signals = bus.SubscribeAsync("a", cancel.Token);

        await bus.PublishAsync("a", default);

        await using var reader = signals.GetAsyncEnumerator();
        Assert.Equal(["a"], await TakeAsync(reader, 1));
    }

    [Fact]
    public async Task Cancelled_EndsAndHoldsNothing()
    {
        var bus = new InProcessChangeBus();
        using var cancel = new CancellationTokenSource();
        await using var signals = bus.SubscribeAsync("a", cancel.Token).GetAsyncEnumerator();
        var next = signals.MoveNextAsync().AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.False(await signals.MoveNextAsync());
    }

    private static async Task<List<string>> TakeAsync(IAsyncEnumerator<string> signals, int count)
    {
        var taken = new List<string>();
        while (taken.Count < count && await signals.MoveNextAsync())
        {
            taken.Add(signals.Current);
        }

        return taken;
    }
}
