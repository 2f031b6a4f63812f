using Microsoft.AspNetCore.Components;
using Portal.Clusters;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Shell;

namespace Portal.Provisioning;

/// <summary>A plan: figures, map, steps, one step explained.</summary>
public sealed partial class PlanPage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private PlanModel _model = null!;
    private Task _run = Task.CompletedTask;
    private string? _shown;
    private bool _cancelling;
    private bool _undoing;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>Gets or sets the plan in the address.</summary>
    [Parameter]
    public string PlanId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "step")]
    private string? Step { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IPlanService Plans { get; set; } = null!;

    private IReadOnlyList<(string Name, string Url)> Up => _model.Plan is { } plan && plan.Subject.Split('/', 2) is ["cluster", var id]
        ? [(ClustersText.Title, ProjectRoutes.Clusters(ProjectId)), (plan.SubjectName, ProjectRoutes.Cluster(ProjectId, id, "plans"))]
        : [(ShellText.Overview, ProjectRoutes.Overview(ProjectId))];

    /// <summary>What a person goes on with when a plan is done: the cluster, unless the plan deleted it.</summary>
    private string? Made(Plan plan) => plan is { State: PlanState.Done, Kind: not ClusterPlans.Delete } && plan.Subject.Split('/', 2) is ["cluster", var id]
        ? ProjectRoutes.Cluster(ProjectId, id)
        : null;

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
        if (_shown != PlanId)
        {
            _shown = PlanId;
            await StartAsync();
        }

        _model.Chosen = Step;
    }

    private async Task StartAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
        _left = new CancellationTokenSource();
        _model = new PlanModel(Plans) { Chosen = Step };
        _run = _model.RunAsync(Scope, PlanId, () => InvokeAsync(StateHasChanged), _left.Token);
    }

    private Task RetryAsync(PlanStep step) => _model.RetryAsync(Scope, step, _left.Token);

    private async Task CancelAsync(bool undo)
    {
        if (await _model.CancelAsync(Scope, undo, _left.Token))
        {
            _cancelling = false;
            _undoing = false;
        }
    }
}
