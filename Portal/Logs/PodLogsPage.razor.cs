using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Logs.Containers;
using Portal.Shared.Ranges;
using Portal.Shell;

namespace Portal.Logs;

/// <summary>Containers' logs straight from a cluster.</summary>
public sealed partial class PodLogsPage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private PodLogsModel _model = null!;
    private PodLogsQuery _query = new([], false, "");
    private string _clusterName = "";
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>Gets or sets the cluster in the address.</summary>
    [Parameter]
    public string ClusterId { get; set; } = "";

    /// <summary>Gets or sets the namespace in the address.</summary>
    [Parameter]
    public string Space { get; set; } = "";

    /// <summary>Gets or sets the pod in the address.</summary>
    [Parameter]
    public string Pod { get; set; } = "";

    [SupplyParameterFromQuery(Name = "container")]
    private string? Container { get; set; }

    [SupplyParameterFromQuery(Name = "with")]
    private string? With { get; set; }

    [SupplyParameterFromQuery(Name = "previous")]
    private string? Previous { get; set; }

    [SupplyParameterFromQuery(Name = "since")]
    private string? Since { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IContainerLogs Logs { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private BrowserZone Browser { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private IReadOnlyList<(string Name, string Url)> Crumbs => [(LogsText.Clusters, ProjectRoutes.Clusters(ProjectId)), (_clusterName, ProjectRoutes.Cluster(ProjectId, ClusterId))];

    private bool HasPrevious => _query.Targets.Any(t => _model.Pods.Value?.FirstOrDefault(p => p.Name == t.Pod)?.Containers.FirstOrDefault(c => c.Name == t.Container)?.Restarts > 0);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => StartAsync();

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await Browser.FindAsync() != TimeZoneInfo.Utc)
        {
            StateHasChanged();
        }
    }

    private async Task StartAsync()
    {
        // Both at once: another address may come while the one before is still being left.
        var (before, running) = (_left, _run);
        (_left, _run) = (new CancellationTokenSource(), Task.CompletedTask);
        var mine = _left.Token;
        await before.CancelAsync();
        await running;
        before.Dispose();
        if (mine.IsCancellationRequested)
        {
            return;
        }

        _model = new PodLogsModel(Logs, Scope, new ClusterKey(Scope.Region, Scope.ProjectId, ClusterId), Space, Time);
        _clusterName = _clusterName.Length == 0 ? ClusterId[..Math.Min(8, ClusterId.Length)] : _clusterName;
        await Task.WhenAll(NameAsync(mine), LoadAsync(mine));
        if (mine.IsCancellationRequested)
        {
            return;
        }

        _query = PodLogsQuery.Read(_model.Pods.Value ?? [], Pod, Container, With, Previous, Since);
        if (_model.Pods.Value is not null && !_query.Targets.IsEmpty)
        {
            _run = _model.RunAsync(_query, () => InvokeAsync(StateHasChanged), mine);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _model.LoadPodsAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (ArgumentException)
        {
            // No namespace can have this name: there is no such pod.
            await _model.Pods.LoadAsync(() => Task.FromResult<IReadOnlyList<LogPod>?>([]));
        }
    }

    private async Task NameAsync(CancellationToken cancellationToken)
    {
        try
        {
            _clusterName = (await Clusters.FindAsync(Scope, ClusterId, cancellationToken))?.Cluster.Name ?? _clusterName;
        }
        catch (Exception e) when (e is BackendException or ForbiddenException or OperationCanceledException)
        {
            // The id stands for it.
        }
    }

    private void Toggle(LogTarget target)
    {
        var targets = _query.Targets.Contains(target) ? _query.Targets.Remove(target) : _query.Targets.Add(target);
        if (!targets.IsEmpty)
        {
            Go(_query with { Targets = targets });
        }
    }

    private void Go(PodLogsQuery query) => Navigation.NavigateTo(query.ToAddress(ProjectId, ClusterId, Space));

    private string Stored() => ProjectRoutes.Logs(ProjectId, new LogsQuery { Clusters = [ClusterId], Namespace = Space, Pod = Pod }.ToAddress());
}
