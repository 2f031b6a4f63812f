using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Grafana;
using Portal.Monitoring.Charts;

namespace Portal.Monitoring.Grafana;

/// <summary>An imported dashboard over one cluster.</summary>
public sealed partial class ImportedDashboardPage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private ProjectClustersModel _clusters = null!;
    private GrafanaModel _model = null!;
    private GrafanaAddress _address = GrafanaAddress.Parse("");
    private string? _shown;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>Gets or sets the dashboard in the address.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IGrafanaPanels Panels { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= Moved;
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Moved;
        return StartAsync();
    }

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => _shown == Id ? Task.CompletedTask : StartAsync();

    private void Moved(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e)
    {
        if (new Uri(e.Location).AbsolutePath == GrafanaLinks.Dashboard(ProjectId, Id))
        {
            _ = InvokeAsync(ShowAsync);
        }
    }

    private async Task StartAsync()
    {
        if (_shown == Id && _clusters is { Failure: null })
        {
            return;
        }

        _shown = Id;
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
        _left = new CancellationTokenSource();
        _clusters = new ProjectClustersModel(Clusters);
        _model = new GrafanaModel(_clusters, Panels, Time);
        _run = Task.WhenAll(_clusters.RunAsync(Scope, () => InvokeAsync(ShowAsync), _left.Token), RefreshAsync(_left.Token));
    }

    private async Task ShowAsync()
    {
        _address = GrafanaAddress.Parse(new Uri(Navigation.Uri).Query);
        if (!_clusters.IsLoaded || _clusters.Failure is not null)
        {
            StateHasChanged();
            return;
        }

        try
        {
            await _model.ShowAsync(Scope, Id, _address, () => InvokeAsync(StateHasChanged), _left.Token);
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    // A second is how exactly a pause is kept; nothing is asked while none is chosen or the range has ended.
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        var last = Time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (_address.Refresh > 0 && _model.Range.IsLive && Time.GetElapsedTime(last).TotalSeconds >= _address.Refresh)
                {
                    last = Time.GetTimestamp();
                    await InvokeAsync(ShowAsync);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private void Navigate(GrafanaAddress address) => Navigation.NavigateTo(GrafanaLinks.Dashboard(ProjectId, Id) + address.Write());
}
