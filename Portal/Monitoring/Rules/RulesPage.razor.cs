using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Rules;
using Portal.Core.Provisioning;

namespace Portal.Monitoring.Rules;

/// <summary>The alerting rules of all clusters of the project.</summary>
public sealed partial class RulesPage : IAsyncDisposable
{
    private AlertingPageLife _life = null!;
    private RulesModel _model = null!;

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
    public ValueTask DisposeAsync() => _life.DisposeAsync();

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _life = new AlertingPageLife(Clusters, Alerts, Plans, Time);
        _model = new RulesModel(Rules, Scope, Time);
        return _life.StartAsync(Scope, _model.LoadAsync, _model.FollowAsync, () => InvokeAsync(StateHasChanged));
    }

    private Task LoadAsync() => _life.DoAsync(_model.LoadAsync);

    private Task ShowAsync() => InvokeAsync(StateHasChanged);
}
