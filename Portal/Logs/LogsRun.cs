namespace Portal.Logs;

/// <summary>What runs for the page of logs: one search or one tail at a time; a new one takes the place of the old.</summary>
internal sealed class LogsRun : IAsyncDisposable
{
    private readonly LogsModel _model;
    private readonly Func<Task> _changed;
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource _current = new();
    private Task _tail = Task.CompletedTask;

    /// <summary>Initializes a new instance of the <see cref="LogsRun"/> class.</summary>
    public LogsRun(LogsModel model, Func<Task> changed) => (_model, _changed, Left) = (model, changed, _left.Token);

    /// <summary>Gets what ends with the page; also good after that, for what was on its way when it was left.</summary>
    public CancellationToken Left { get; }

    /// <summary>Gets whether anything was searched yet.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Searches anew.</summary>
    public async Task SearchAsync()
    {
        HasBegun = true;
        var mine = await NextAsync();
        var searching = _model.SearchAsync(mine.Token);
        await _changed();
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
        if (Left.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await _model.MoreAsync(mine.Token);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // Another search took its place, or the page was left.
        }
    }

    /// <summary>Begins to follow new lines, or stops and searches again.</summary>
    public async Task ToggleTailAsync()
    {
        if (_model.IsTailing)
        {
            await SearchAsync();
            return;
        }

        var mine = await NextAsync();
        _tail = _model.TailAsync(_changed, mine.Token);
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
        if (!Left.IsCancellationRequested)
        {
            await _current.CancelAsync();
            await _tail;
        }

        // Once the page was left, one that is cancelled from the beginning.
        return _current = CancellationTokenSource.CreateLinkedTokenSource(Left);
    }
}
