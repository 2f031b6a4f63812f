namespace Portal.Shared;

/// <summary>Asks for a part of a page again and again while the page is open; one question at a time.</summary>
public sealed class Repeating : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private Task _run = Task.CompletedTask;

    /// <summary>Starts.</summary>
    /// <param name="every">Pause between two questions.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ask">The question; what it throws is its own to show.</param>
    public void Start(TimeSpan every, TimeProvider time, Func<CancellationToken, Task> ask) => _run = RunAsync(every, time, ask, _left.Token);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    private static async Task RunAsync(TimeSpan every, TimeProvider time, Func<CancellationToken, Task> ask, CancellationToken left)
    {
        try
        {
            while (true)
            {
                await ask(left);
                await Task.Delay(every, time, left);
            }
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The page was left.
        }
    }
}
