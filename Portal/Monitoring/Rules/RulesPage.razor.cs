using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;

namespace Portal.Monitoring.Rules;

/// <summary>The alerting rules of all clusters of the project.</summary>
public sealed partial class RulesPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private AlertsModel _alerts = null!;
    private RulesModel _model = null!;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IProjectAlerts Alerts { get; set; } = null!;

    [Inject]
    private IPlanService Plans { get; set; } = null!;

    [Inject]
    private IAlertRules Rules { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _alerts = new AlertsModel(Clusters, Alerts, Plans, Time);
        _model = new RulesModel(Rules, Scope, Time);
        _run = _alerts.RunAsync(Scope, ShowAsync, _left.Token);
        return LoadAsync();
    }

    private Task LoadAsync() => _model.LoadAsync(_left.Token);

    private Task ShowAsync() => InvokeAsync(StateHasChanged);
}
