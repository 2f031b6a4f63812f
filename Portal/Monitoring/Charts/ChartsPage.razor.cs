using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Dashboards;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Provisioning;
using Portal.Monitoring.Looks;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Monitoring.Charts;

/// <summary>The charts of the project's clusters.</summary>
public sealed partial class ChartsPage : IAsyncDisposable
{
    private ClusterPageLife _life = null!;
    private ChartsModel _model = null!;
    private LookModel _look = null!;
    private ElementReference _opener;

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

    [SupplyParameterFromQuery(Name = "look")]
    private int? Look { get; set; }

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
    private LookSources Sources { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private ChartsQuery Wanted => ChartsQuery.Read(Dashboard, Cluster, new() { Node = Node, Namespace = Namespace, Workload = WorkloadName.Parse(Workload), Pod = Pod }, TimeRange.Parse(From, To), Refresh) with { IsLooking = Look == 1 };

    private string ExploreUrl => ProjectRoutes.Explore(ProjectId, _model.Shown?.ClusterIds ?? [], Wanted.Range);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _life.DisposeAsync();

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _life = new ClusterPageLife(Clusters);
        return StartAsync();
    }

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => ShowAsync();

    private async Task StartAsync()
    {
        await _life.StartAsync(Scope, Begin, () => InvokeAsync(ShowAsync));
        _life.Repeat(Time, () => _model.Shown is { Range.IsLive: true } shown ? shown.Refresh : 0, () => InvokeAsync(ShowAsync));
    }

    private void Begin()
    {
        _model = new ChartsModel(_life.Clusters, Places, new ChartMarks(Alerts, Plans), new ChangeMarks(Sources), Time);
        _look = new LookModel(Sources, Alerts, Time);
    }

    private Task ShowAsync() => _life.DoAsync(async left =>
    {
        if (_life.IsReady)
        {
            await _model.ShowAsync(Scope, Wanted, left);
            _life.Beside(LookAsync);
            _life.Beside(MarkAsync);
        }

        StateHasChanged();
    });

    private Task LookAsync(CancellationToken left) => _model is { Board: not null, Shown.IsLooking: true }
        ? _look.ShowAsync(Scope, _model.Question(Scope), _model.Address, () => InvokeAsync(StateHasChanged), left) : Task.CompletedTask;

    private async Task MarkAsync(CancellationToken left)
    {
        if (await _model.MarkAsync(Scope, left))
        {
            StateHasChanged();
        }
    }

    private async Task CloseAsync()
    {
        Navigate(_model.Shown! with { IsLooking = false });
        await _opener.FocusAsync();
    }

    private string NameOf(string id) => _life.Clusters.All.FirstOrDefault(c => c.Id == id)?.Name ?? id;

    private void Navigate(ChartsQuery query) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query.Write()));
}
