using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;
using Portal.Monitoring.Alerts;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Silences;

/// <summary>The form of a silence, with what it would keep quiet now.</summary>
public sealed partial class SilencePage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private AlertsModel _alerts = null!;
    private SilencesModel _list = null!;
    private SilenceForm _form = null!;
    private Task _run = Task.CompletedTask;
    private bool _isReady;
    private bool _isGone;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "cluster")]
    private string? Cluster { get; set; }

    [SupplyParameterFromQuery(Name = "alert")]
    private string? Fingerprint { get; set; }

    [SupplyParameterFromQuery(Name = "id")]
    private string? Id { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IServiceProvider Services { get; set; } = null!;

    [Inject]
    private ISnackbar Toasts { get; set; } = null!;

    [Inject]
    private BrowserZone Browser { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        var (silences, time) = (Services.GetRequiredService<ISilences>(), Services.GetRequiredService<TimeProvider>());
        _alerts = new AlertsModel(Services.GetRequiredService<IClusterService>(), Services.GetRequiredService<IProjectAlerts>(), Services.GetRequiredService<IPlanService>(), time);
        _list = new SilencesModel(silences, Scope, _alerts, time);
        _form = new SilenceForm(silences, Scope, time) { ClusterId = Cluster ?? "" };
        _run = _alerts.RunAsync(Scope, () => InvokeAsync(ShowAsync), _left.Token);
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _form.Zone = await Browser.FindAsync();
            await StartAsync();
            StateHasChanged();
        }
    }

    // The form is filled once: what somebody has typed is theirs.
    private async Task StartAsync()
    {
        if (Id is not null && Cluster is not null)
        {
            await _list.LoadAsync(_left.Token);
            if (_list.All.Failure is not null)
            {
                return;
            }

            if (_list.Find(Cluster, Id) is { } silence)
            {
                _form.Take(Cluster, silence);
            }
            else
            {
                _isGone = true;
            }
        }

        await ShowAsync();
    }

    private Task ShowAsync()
    {
        if (!_isReady && _alerts.IsLoaded && (Id is null || _form.IsChange || _isGone))
        {
            if (Id is null && _alerts.Find($"{Cluster}/{Fingerprint}") is { } item)
            {
                _form.Take(item);
            }
            else if (_form.Matchers.Count == 0)
            {
                _form.Matchers.Add(new MatcherField { Name = "alertname" });
            }

            _isReady = true;
        }

        StateHasChanged();
        return Task.CompletedTask;
    }

    private async Task SaveAsync()
    {
        if (await _form.SaveAsync(_left.Token))
        {
            Toasts.Add(_form.IsChange ? SilencesText.WasChanged : SilencesText.WasMade, Severity.Normal);
            Navigation.NavigateTo(AlertLinks.Silences(ProjectId));
        }
    }
}
