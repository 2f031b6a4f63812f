using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;

namespace Portal.Monitoring.Silences;

/// <summary>The silences of all clusters of the project.</summary>
public sealed partial class SilencesPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private AlertsModel _alerts = null!;
    private SilencesModel _model = null!;
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
    private ISilences Silences { get; set; } = null!;

    [Inject]
    private ISnackbar Toasts { get; set; } = null!;

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
        _model = new SilencesModel(Silences, Scope, _alerts);
        _run = _alerts.RunAsync(Scope, () => InvokeAsync(StateHasChanged), _left.Token);
        return LoadAsync();
    }

    private Task LoadAsync() => _model.LoadAsync(_left.Token);

    // Reversible: no question before, but a way back after.
    private async Task ExpireAsync(SilenceItem item)
    {
        if (!await _model.ExpireAsync(item, _left.Token))
        {
            return;
        }

        Toasts.Add(SilencesText.WasExpired, Severity.Normal, options =>
        {
            options.Action = SilencesText.Undo;
            options.OnClick = _ => InvokeAsync(async () =>
            {
                await _model.RestoreAsync(item, _left.Token);
                StateHasChanged();
            });
        });
    }
}
