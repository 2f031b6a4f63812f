using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Monitoring.Charts;

/// <summary>The life of a page about the project's clusters: they are followed, and the page is shown again when they have changed, until it is left or begins anew.</summary>
internal sealed class ClusterPageLife(IClusterService clusters) : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private Task _run = Task.CompletedTask;
    private Task _beside = Task.CompletedTask;

    /// <summary>Gets the clusters.</summary>
    public ProjectClustersModel Clusters { get; private set; } = new(clusters);

    /// <summary>Gets whether there are clusters to show something of, or certainly none.</summary>
    public bool IsReady => Clusters.IsLoaded && Clusters.Failure is null;

    /// <summary>Gets what ends with the page; also good after that, for what was on its way.</summary>
    public CancellationToken Left { get; private set; }

    /// <summary>Begins, or begins anew.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="begun">Told before anything runs: <see cref="Clusters"/> are new.</param>
    /// <param name="show">Told whenever the clusters have changed.</param>
    public async Task StartAsync(Scope scope, Action begun, Func<Task> show)
    {
        await DisposeAsync();
        _left = new CancellationTokenSource();
        (Left, Clusters) = (_left.Token, new(clusters));
        begun();
        _run = Clusters.RunAsync(scope, show, Left);
    }

    /// <summary>Does something that ends quietly when the page is left.</summary>
    public async Task DoAsync(Func<CancellationToken, Task> act)
    {
        var left = Left;
        try
        {
            await act(left);
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <summary>Does something that nobody waits for, but the page's end.</summary>
    public void Beside(Func<CancellationToken, Task> act)
    {
        var more = DoAsync(act);
        _beside = _beside.IsCompleted ? more : Task.WhenAll(_beside, more);
    }

    /// <summary>Shows the page again and again. A second is how exactly a pause is kept.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="pause">Gives the pause in seconds; 0 while nothing is to be shown again.</param>
    /// <param name="show">Shows it.</param>
    public void Repeat(TimeProvider time, Func<int> pause, Func<Task> show) => Beside(async left =>
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var last = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(left))
        {
            if (pause() is > 0 and var seconds && time.GetElapsedTime(last).TotalSeconds >= seconds)
            {
                last = time.GetTimestamp();
                await show();
            }
        }
    });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        await _beside;
        _left.Dispose();
    }
}
