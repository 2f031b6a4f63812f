using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Alerts;
using Portal.Core.Monitoring.Looks;
using Portal.Core.Monitoring.Silences;
using Portal.Core.Provisioning;

namespace Portal.Monitoring.Alerts;

/// <summary>The alerts of all clusters of the project.</summary>
public sealed partial class AlertsPage : IAsyncDisposable
{
    private readonly List<string> _onTheWay = [];
    private CancellationTokenSource _left = new();
    private AlertsModel _model = null!;
    private AlertChanges? _changes;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "severity")]
    private string? Severity { get; set; }

    [SupplyParameterFromQuery(Name = "cluster")]
    private string? Cluster { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "alert")]
    private string? Key { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IProjectAlerts Alerts { get; set; } = null!;

    [Inject]
    private IPlanService Plans { get; set; } = null!;

    [Inject]
    private LookSources Looks { get; set; } = null!;

    [Inject]
    private ISilences Silences { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private AlertListQuery Wanted => AlertListQuery.Read(Text, Severity, Cluster, From, To);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        await (_changes?.Asking ?? Task.CompletedTask);
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => StartAsync();

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        // The address follows the typing hand over the network: one that is older than what was typed since changes nothing.
        var arrived = _onTheWay.IndexOf(Text ?? "");
        _onTheWay.RemoveRange(0, arrived < 0 ? _onTheWay.Count : arrived + 1);
        if (_onTheWay.Count == 0)
        {
            _model.Query = Wanted;
        }

        await OpenAsync(_model.Find(Key));
    }

    // The plans are the portal's own and come at once; the cluster may take its time.
    private async Task OpenAsync(AlertItem? item)
    {
        await _model.OpenAsync(Scope, item, _left.Token);
        StateHasChanged();
        _changes!.Learn(Scope, item, StateHasChanged, _left.Token);
    }

    private async Task StartAsync()
    {
        await _left.CancelAsync();
        await _run;
        await (_changes?.Asking ?? Task.CompletedTask);
        _left.Dispose();
        _left = new CancellationTokenSource();
        _model = new AlertsModel(Clusters, Alerts, Plans, Time) { Query = Wanted };
        _changes = new AlertChanges(Looks);
        _run = _model.RunAsync(Scope, () => InvokeAsync(ShowAsync), _left.Token);
    }

    private async Task ShowAsync()
    {
        StateHasChanged();

        // An alert that the address names may come after the page.
        if (_model.Find(Key) is { } open)
        {
            await OpenAsync(open);
        }

        if (await _model.LearnSilencesAsync(Silences, Scope, _left.Token))
        {
            StateHasChanged();
        }
    }

    private string UrlOf(string? key) => Navigation.GetUriWithQueryParameter("alert", key);

    private void Navigate(AlertListQuery query)
    {
        var typed = query.Text != _model.Query.Text;
        _model.Query = query;
        if (typed)
        {
            _onTheWay.Add(query.Text);
        }

        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query.Write()), replace: typed);
    }
}
