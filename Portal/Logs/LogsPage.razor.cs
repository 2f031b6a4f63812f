using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Logs;
using Portal.Shared.Ranges;

namespace Portal.Logs;

/// <summary>The logs of all clusters of the project.</summary>
public sealed partial class LogsPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource _search = new();
    private LogsModel _model = null!;
    private LogOpenModel? _open;
    private Task _run = Task.CompletedTask;
    private Task _tail = Task.CompletedTask;
    private string _text = "";
    private bool _hasSearched;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "line")]
    private string? Line { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IProjectLogs Logs { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private BrowserZone Browser { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _search.CancelAsync();
        await Task.WhenAll(_run, _tail);
        _search.Dispose();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _model = new LogsModel(Clusters, Logs, Scope, Time) { Query = ReadAddress() };
        _text = _model.Query.Text;
        _run = Task.WhenAll(_model.FollowClustersAsync(ShowAsync, _left.Token), _model.FollowFreshnessAsync(ShowAsync, _left.Token));
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        var query = ReadAddress();
        if (query != _model.Query)
        {
            _model.Query = query;
            _text = query.Text;
            await AgainAsync();
        }

        await OpenAsync();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await Browser.FindAsync() != TimeZoneInfo.Utc)
        {
            StateHasChanged();
        }
    }

    private LogsQuery ReadAddress()
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(Navigation.Uri).Query);
        return LogsQuery.Read(name => query.TryGetValue(name, out var value) ? value.ToString() : null);
    }

    private Task ShowAsync() => InvokeAsync(async () =>
    {
        // The first search waits for the clusters' names; a choice in the address needs none.
        if (!_hasSearched && _model.Failure is null && (_model.KnowsClusters || !_model.Query.Clusters.IsEmpty) && _model.Chosen.Count > 0)
        {
            await AgainAsync();
            await OpenAsync();
        }

        StateHasChanged();
    });

    private async Task AgainAsync()
    {
        _hasSearched = true;
        var mine = await NextAsync();
        StateHasChanged();
        try
        {
            await _model.SearchAsync(mine.Token);
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // Another search took its place, or the page was left.
        }
    }

    private async Task<CancellationTokenSource> NextAsync()
    {
        await _search.CancelAsync();
        await _tail;
        _search.Dispose();
        return _search = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
    }

    private Task MoreAsync() => _model.MoreAsync(_search.Token);

    private async Task ToggleTailAsync()
    {
        var was = _model.IsTailing;
        var mine = await NextAsync();
        if (!was)
        {
            _tail = _model.TailAsync(() => InvokeAsync(StateHasChanged), mine.Token);
        }
        else
        {
            await AgainAsync();
        }
    }

    private async Task OpenAsync()
    {
        if (Line == _open?.Line.Key)
        {
            return;
        }

        _open = _model.Find(Line) is { } line ? new LogOpenModel(Logs, Scope, line) : null;
        if (_open is { } open)
        {
            StateHasChanged();
            await open.LoadAsync(_left.Token);
        }
    }

    private Task SubmitAsync()
    {
        var query = _model.Query with { Text = _text.Trim() };
        if (query == _model.Query)
        {
            return AgainAsync();
        }

        Navigate(query);
        return Task.CompletedTask;
    }

    private string UrlOf(string? key) => Navigation.GetUriWithQueryParameter("line", key);

    private LogsQuery Fixed() => _model.Query with { Range = _model.Query.Range.Fixed(Time.GetUtcNow()) };

    private void Navigate(LogsQuery query)
    {
        var values = query.Write();
        values["line"] = null;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(values));
    }
}
