using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Logs;
using Portal.Shared.Ranges;

namespace Portal.Logs;

/// <summary>The logs of all clusters of the project.</summary>
public sealed partial class LogsPage : IAsyncDisposable
{
    private LogsModel _model = null!;
    private LogsRun _run = null!;
    private LogOpenModel? _open;
    private Task _following = Task.CompletedTask;
    private string _text = "";

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
        await _run.DisposeAsync();
        await _following;
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _model = new LogsModel(Clusters, Logs, Scope, Time) { Query = LogsQuery.Of(Navigation.Uri) };
        _run = new LogsRun(_model, () => InvokeAsync(StateHasChanged));
        _text = _model.Query.Text;
        _following = _model.FollowClustersAsync(ShowAsync, _run.Left);
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        var query = LogsQuery.Of(Navigation.Uri);
        if (query != _model.Query)
        {
            _model.Query = query;
            _text = query.Text;
            await _run.SearchAsync();
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

    private Task ShowAsync() => InvokeAsync(async () =>
    {
        // The first search waits for the clusters' names; a choice in the address needs none.
        if (!_run.HasBegun && _model.Failure is null && (_model.KnowsClusters || !_model.Query.Clusters.IsEmpty) && _model.Chosen.Count > 0)
        {
            await _run.SearchAsync();
            await OpenAsync();
        }

        StateHasChanged();
    });

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
            await open.LoadAsync(_run.Left);
        }
    }

    private Task SubmitAsync()
    {
        var query = _model.Query with { Text = _text.Trim() };
        if (query == _model.Query)
        {
            return _run.SearchAsync();
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
