using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;

namespace Portal.Monitoring;

/// <summary>
/// The life of a page beside the alerts (silences, rules, receivers): alerts and clusters are followed, and the page's own list is read again and
/// again, so that it shows what others change, until the page is left.
/// </summary>
internal sealed class AlertingPageLife(IClusterService clusters, IProjectAlerts alerts, IPlanService plans, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The pause between two readings. What is read is shared by all who look (<see cref="Core.Monitoring.IOfCluster"/>).</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(12);

    private readonly CancellationTokenSource _left = new();
    private Task _run = Task.CompletedTask;

    /// <summary>Gets the alerts, for the clusters' names and for what silences match.</summary>
    public AlertsModel Alerts { get; } = new(clusters, alerts, plans, time);

    /// <summary>Gets what ends with the page; also good after that, for what was on its way.</summary>
    public CancellationToken Left { get; private set; }

    /// <summary>Begins: reads once, and goes on beside the page.</summary>
    /// <param name="scope">In whose name.</param>
    /// <param name="load">Reads the list, and keeps what it fails with.</param>
    /// <param name="follow">Reads it again, at most some seconds old.</param>
    /// <param name="show">Shows the page.</param>
    public Task StartAsync(Scope scope, Func<CancellationToken, Task> load, Func<CancellationToken, Task> follow, Func<Task> show)
    {
        Left = _left.Token;
        var first = DoAsync(load);
        _run = Task.WhenAll(Alerts.RunAsync(scope, show, Left), DoAsync(left => FollowAsync(first, follow, show, left)));
        return first;
    }

    /// <summary>Does something that ends quietly when the page is left.</summary>
    public async Task DoAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            await act(Left);
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    private async Task FollowAsync(Task first, Func<CancellationToken, Task> follow, Func<Task> show, CancellationToken left)
    {
        await first;
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(left))
        {
            await follow(left);
            await show();
        }
    }
}
