using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;

namespace Portal.Monitoring.Silences;

/// <summary>The silences of all clusters of the project.</summary>
public sealed partial class SilencesPage : IAsyncDisposable
{
    private AlertingPageLife _life = null!;
    private SilencesModel _model = null!;

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
    public ValueTask DisposeAsync() => _life.DisposeAsync();

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _life = new AlertingPageLife(Clusters, Alerts, Plans, Time);
        _model = new SilencesModel(Silences, Scope, _life.Alerts, Time);
        return _life.StartAsync(Scope, _model.LoadAsync, _model.FollowAsync, () => InvokeAsync(StateHasChanged));
    }

    private Task LoadAsync() => _life.DoAsync(_model.LoadAsync);

    // Reversible: no question before, but a way back after, also from the next page.
    private async Task ExpireAsync(SilenceItem item)
    {
        if (!await _model.ExpireAsync(item, _life.Left))
        {
            return;
        }

        Toasts.Add(SilencesText.WasExpired, Severity.Normal, options =>
        {
            options.Action = SilencesText.Undo;
            options.OnClick = _ => InvokeAsync(async () =>
            {
                await _model.RestoreAsync(item, CancellationToken.None);
                StateHasChanged();
            });
        });
    }
}
