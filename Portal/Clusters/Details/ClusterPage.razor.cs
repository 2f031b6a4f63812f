using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Core.Addons;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Shell;

namespace Portal.Clusters.Details;

/// <summary>A cluster with its tabs.</summary>
public sealed partial class ClusterPage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private ClusterModel _model = null!;
    private Task _run = Task.CompletedTask;
    private ClusterAction? _doing;
    private string? _shown;
    private (string ClusterId, string? Do) _asked;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>Gets or sets the cluster in the address.</summary>
    [Parameter]
    public string ClusterId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")]
    private string? Tab { get; set; }

    [SupplyParameterFromQuery(Name = "do")]
    private string? Do { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IOptions<AddonsOptions> Addons { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Open => Tab ?? "overview";

    private IReadOnlyList<(string Name, string Url)> Up => [(ClustersText.Title, ProjectRoutes.Clusters(ProjectId))];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (_shown != ClusterId)
        {
            _shown = ClusterId;
            await StartAsync();
        }

        // Not at each rendering (the theme changed, the tab did): what a person has begun by a button stays open.
        if (_asked != (ClusterId, Do))
        {
            _asked = (ClusterId, Do);
            Begin(Enum.TryParse<ClusterAction>(Do, ignoreCase: true, out var action) && action is ClusterAction.Delete or ClusterAction.Resize or ClusterAction.RotateAuthority ? action : null);
        }
    }

    private async Task StartAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
        _left = new CancellationTokenSource();
        _model = new ClusterModel(Clusters);
        _run = _model.RunAsync(Scope, ClusterId, () => InvokeAsync(StateHasChanged), _left.Token);
    }

    private void Begin(ClusterAction? action)
    {
        if (action is ClusterAction.Initialise)
        {
            _ = InitialiseAsync();
            return;
        }

        _doing = action;
        _model.Begin();
    }

    private void Turned(bool open)
    {
        _doing = open ? _doing : null;
        if (!open && Do is not null)
        {
            Navigation.NavigateTo(ProjectRoutes.Cluster(ProjectId, ClusterId, Tab), replace: true);
        }
    }

    private async Task InitialiseAsync() => Follow(await _model.InitialiseAsync(Scope, _model.View?.Platform.Profile ?? Addons.Value.Profiles.Keys.First(), _left.Token));

    private async Task DeleteAsync() => Follow(await _model.DeleteAsync(Scope, _left.Token));

    private async Task RotateAsync() => Follow(await _model.RotateAuthorityAsync(Scope, _left.Token));

    private async Task ResizeAsync(int nodes) => Follow(await _model.ResizeAsync(Scope, nodes, _left.Token));

    private void Follow(Plan? plan)
    {
        if (plan is not null)
        {
            Navigation.NavigateTo(ProjectRoutes.Plan(ProjectId, plan.Id));
            return;
        }

        StateHasChanged();
    }
}
