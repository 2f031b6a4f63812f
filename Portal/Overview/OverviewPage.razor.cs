using Microsoft.AspNetCore.Components;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Provisioning;
using Portal.Shared;

namespace Portal.Overview;

/// <summary>The start page of a project.</summary>
public sealed partial class OverviewPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private OverviewModel _model = null!;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IClusterOffer Offer { get; set; } = null!;

    [Inject]
    private IPlanService Plans { get; set; } = null!;

    [Inject]
    private IAuditLog Audit { get; set; } = null!;

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
    protected override Task OnInitializedAsync() => StartAsync();

    private Task StartAsync()
    {
        _model = new OverviewModel(Clusters, Offer, Plans, Audit, Time);
        _run = _model.RunAsync(Scope, () => InvokeAsync(StateHasChanged), _left.Token);
        return Task.CompletedTask;
    }

    private string Summary()
    {
        if (_model.Clusters.IsFirstTime)
        {
            return "";
        }

        var needs = _model.Needs.Count + _model.Stopped.Count;
        var calm = Sentence.Count(_model.Clusters.Total, OverviewText.ClustersOne, OverviewText.ClustersMany);
        return needs == 0
            ? $"{calm} {OverviewText.NothingNeeds}"
            : $"{calm} {Sentence.Count(needs, OverviewText.NeedsOne, OverviewText.NeedsMany)}";
    }
}
