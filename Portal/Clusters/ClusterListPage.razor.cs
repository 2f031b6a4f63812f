using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Clusters;

namespace Portal.Clusters;

/// <summary>List of the project's clusters.</summary>
public sealed partial class ClusterListPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _left = new();
    private ClusterListModel _model = null!;
    private readonly List<string> _onTheWay = [];
    private Task _run = Task.CompletedTask;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? Group { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IClusterService Clusters { get; set; } = null!;

    [Inject]
    private IClusterOffer Offer { get; set; } = null!;

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
    protected override Task OnInitializedAsync() => StartAsync();

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        // The address follows the typing hand over the network: one that is older than what was typed since changes nothing.
        var arrived = _onTheWay.IndexOf(Text ?? "");
        _onTheWay.RemoveRange(0, arrived < 0 ? _onTheWay.Count : arrived + 1);
        if (_onTheWay.Count == 0)
        {
            _model.Query = ClusterListQuery.Read(Text, Group, Sort);
        }
    }

    private Task StartAsync()
    {
        _model = new ClusterListModel(Clusters, Offer) { Query = ClusterListQuery.Read(Text, Group, Sort) };
        _run = _model.RunAsync(Scope, () => InvokeAsync(StateHasChanged), _left.Token);
        return Task.CompletedTask;
    }

    private async Task RefreshAsync() => await _model.RefreshAsync(Scope, _left.Token);

    // Typing replaces the entry of the history; a chip or a column is undone by Back.
    private void Navigate(ClusterListQuery query)
    {
        var typed = query.Text != _model.Query.Text;
        _model.Query = query;
        if (typed)
        {
            _onTheWay.Add(query.Text);
        }

        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["q"] = query.Text.Length == 0 ? null : query.Text, ["state"] = query.GroupValue, ["sort"] = query.SortValue }),
            replace: typed);
    }
}
