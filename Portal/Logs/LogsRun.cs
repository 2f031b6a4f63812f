namespace Portal.Logs;

/// <summary>What runs for the page of logs: one search or one tail at a time; a new one takes the place of the old.</summary>
internal sealed class LogsRun(LogsModel model, Func<Task> changed) : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource _current = new();
    private Task _tail = Task.CompletedTask;

    /// <summary>Gets what ends with the page.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>Gets whether anything was searched yet.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Searches anew.</summary>
    public async Task SearchAsync()
    {
        HasBegun = true;
        var mine = await NextAsync();
        var searching = model.SearchAsync(mine.Token);
        await changed();
        try
        {
            await searching;
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // Another search took its place, or the page was left.
        }
    }

    /// <summary>Asks for older lines.</summary>
    public async Task MoreAsync()
    {
        var mine = _current;
        try
        {
            await model.MoreAsync(mine.Token);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // Another search took its place, or the page was left.
        }
    }

    /// <summary>Begins to follow new lines, or stops and searches again.</summary>
    public async Task ToggleTailAsync()
    {
        if (model.IsTailing)
        {
            await SearchAsync();
            return;
        }

        var mine = await NextAsync();
        _tail = model.TailAsync(changed, mine.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _current.CancelAsync();
        await _tail;
        _current.Dispose();
        _left.Dispose();
    }

    private async Task<CancellationTokenSource> NextAsync()
    {
        await _current.CancelAsync();
        await _tail;
        return _current = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
    }
}
