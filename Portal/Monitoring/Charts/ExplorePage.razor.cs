using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Monitoring.Metrics;
using Portal.Shared.Ranges;

namespace Portal.Monitoring.Charts;

/// <summary>PromQL by hand: one expression for one cluster or several, as a chart or as a table.</summary>
public sealed partial class ExplorePage : IAsyncDisposable
{
    private ClusterPageLife _life = null!;
    private ExploreModel _model = null!;

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

    private IReadOnlyList<ClusterChoice> Asked => _life.Clusters.Chosen(Wanted.ClusterIds);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _life.DisposeAsync();

    /// <inheritdoc />
    protected override Task OnInitializedAsync()
    {
        _life = new ClusterPageLife(Clusters);
        return StartAsync();
    }

    /// <inheritdoc />
    protected override Task OnParametersSetAsync() => ShowAsync();

    private Task StartAsync() => _life.StartAsync(Scope, () => _model = new ExploreModel(_life.Clusters, Metrics, Time), () => InvokeAsync(ShowAsync));

    private Task ShowAsync() => _life.DoAsync(async left =>
    {
        var running = _life.IsReady ? _model.RunAsync(Scope, Wanted, left) : Task.CompletedTask;
        StateHasChanged();
        await running;
        StateHasChanged();
    });

    private Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int caret) => _model.SuggestAsync(Scope, text, caret, _life.Left);

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
