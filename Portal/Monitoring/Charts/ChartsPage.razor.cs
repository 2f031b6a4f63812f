using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Provisioning;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Monitoring.Charts;

/// <summary>The charts of the project's clusters.</summary>
public sealed partial class ChartsPage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private ProjectClustersModel _clusters = null!;
    private ChartsModel _model = null!;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "dashboard")]
    private string? Dashboard { get; set; }

    [SupplyParameterFromQuery(Name = "cluster")]
    private string[]? Cluster { get; set; }

    [SupplyParameterFromQuery(Name = "node")]
    private string? Node { get; set; }

    [SupplyParameterFromQuery(Name = "namespace")]
    private string? Namespace { get; set; }

    [SupplyParameterFromQuery(Name = "workload")]
    private string? Workload { get; set; }

    [SupplyParameterFromQuery(Name = "pod")]
    private string? Pod { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "refresh")]
    private int? Refresh { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IChartPlaces Places { get; set; } = null!;

    [Inject]
    private IProjectAlerts Alerts { get; set; } = null!;

    [Inject]
    private IPlanService Plans { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private ChartsQuery Wanted => ChartsQuery.Read(Dashboard, Cluster, new() { Node = Node, Namespace = Namespace, Workload = WorkloadName.Parse(Workload), Pod = Pod }, TimeRange.Parse(From, To), Refresh);

    private string ExploreUrl => ProjectRoutes.Explore(ProjectId, _model.Shown?.ClusterIds ?? [], Wanted.Range);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => StartAsync();

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => ShowAsync();

    private async Task StartAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
        _left = new CancellationTokenSource();
        _clusters = new ProjectClustersModel(Clusters);
        _model = new ChartsModel(_clusters, Places, new ChartMarks(Alerts, Plans), Time);
        _run = Task.WhenAll(_clusters.RunAsync(Scope, () => InvokeAsync(ShowAsync), _left.Token), RefreshAsync(_left.Token));
    }

    private async Task ShowAsync()
    {
        if (!_clusters.IsLoaded || _clusters.Failure is not null)
        {
            StateHasChanged();
            return;
        }

        try
        {
            await _model.ShowAsync(Scope, Wanted, _left.Token);
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
                if (_model.Shown is { Refresh: > 0, Range.IsLive: true } shown && Time.GetElapsedTime(last).TotalSeconds >= shown.Refresh)
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

    private string NameOf(string id) => _clusters.All.FirstOrDefault(c => c.Id == id)?.Name ?? id;

    private void Navigate(ChartsQuery query) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query.Write()));
}
