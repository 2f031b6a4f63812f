using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Charts;

/// <summary>PromQL by hand: one expression for one cluster or several, as a chart or as a table.</summary>
public sealed partial class ExplorePage : IAsyncDisposable
{
    private CancellationTokenSource _left = new();
    private ProjectClustersModel _clusters = null!;
    private ExploreModel _model = null!;
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "expr")]
    private string? Expression { get; set; }

    [SupplyParameterFromQuery(Name = "as")]
    private string? As { get; set; }

    [SupplyParameterFromQuery(Name = "cluster")]
    private string[]? Cluster { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IClusterMetrics Metrics { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool IsInstant => As == "table";

    private ExploreQuery Wanted => new(Expression ?? "", IsInstant, [.. (Cluster ?? []).Distinct().Take(ChartsQuery.MostClusters)], TimeRange.Parse(From, To));

    private IReadOnlyList<ClusterChoice> Asked => _clusters.Chosen(Wanted.ClusterIds);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => StartAsync();

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => ShowAsync();

    private async Task StartAsync()
    {
        await _left.CancelAsync();
        await _run;
        _left.Dispose();
        _left = new CancellationTokenSource();
        _clusters = new ProjectClustersModel(Clusters);
        _model = new ExploreModel(_clusters, Metrics, Time);
        _run = _clusters.RunAsync(Scope, () => InvokeAsync(ShowAsync), _left.Token);
    }

    private async Task ShowAsync()
    {
        if (!_clusters.IsLoaded || _clusters.Failure is not null)
        {
            StateHasChanged();
            return;
        }

        try
        {
            var running = _model.RunAsync(Scope, Wanted, _left.Token);
            StateHasChanged();
            await running;
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    private Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int caret) => _model.SuggestAsync(Scope, text, caret, _left.Token);

    private void Toggle(string id)
    {
        var asked = Asked.Select(c => c.Id).ToList();
        IReadOnlyList<string> ids = asked.Contains(id) ? [.. asked.Where(c => c != id)] : [.. asked, id];
        if (ids.Count is > 0 and <= ChartsQuery.MostClusters)
        {
            Navigate(Wanted with { ClusterIds = ids });
        }
    }

    private void Navigate(ExploreQuery query)
    {
        var before = Navigation.Uri;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["expr"] = query.Expression.Length == 0 ? null : query.Expression,
            ["as"] = query.IsInstant ? "table" : null,
            ["cluster"] = query.ClusterIds.Count == 0 ? null : query.ClusterIds.ToArray(),
            ["from"] = query.Range == TimeRange.Default ? null : query.Range.From,
            ["to"] = query.Range == TimeRange.Default ? null : query.Range.To,
        }));
        if (Navigation.Uri == before)
        {
            // The same again is asked again.
            _ = InvokeAsync(ShowAsync);
        }
    }
}
