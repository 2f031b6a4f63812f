using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Mapping.Removal;
using Portal.Shared;

namespace Portal.Mapping;

/// <summary>Keystone's projects against their places in Harbor, for administrators of the platform.</summary>
public sealed partial class MappingPage : IAsyncDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2);
    private readonly Repeating _looking = new();
    private MappingModel _model = null!;
    private IReadOnlyList<ComparedPlace> _asked = [];
    private bool _isAsking;
    private bool _couldNotAsk;
    private bool _isRemoving;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "domain")]
    private string? Domain { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? Page { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IMappingComparison Comparison { get; set; } = null!;

    [Inject]
    private IMappingRemoval Removal { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string CsvUrl => Navigation.GetUriWithQueryParameters(
        Navigation.ToAbsoluteUri(MappingRoutes.Csv(ProjectId)).ToString(), _model.Query.Write().Where(v => v.Key != "page").ToDictionary());

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _looking.DisposeAsync();

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        _model = new MappingModel(Comparison, Removal, Scope, Time) { Query = MappingQuery.Read(Text, State, Domain, Page) };
        await _model.LoadAsync(CancellationToken.None);
        _looking.Start(Often, Time, stop => InvokeAsync(() => LookAsync(stop)));
    }

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        _model.Query = MappingQuery.Read(Text, State, Domain, Page);
        _model.Filter();
    }

    // Only while something moves; else the page is as it was read.
    private async Task LookAsync(CancellationToken stop)
    {
        if (_model is { Moves: true, IsBusy: false })
        {
            await _model.LoadAsync(stop);
            StateHasChanged();
        }
    }

    private void Ask(IReadOnlyList<ComparedPlace> places) => (_asked, _isAsking) = (places, true);

    private async Task RepairAsync()
    {
        if (await _model.RepairAsync(_asked))
        {
            _isAsking = false;
        }
    }

    private async Task AskToRemoveAsync(ComparedPlace place)
    {
        _couldNotAsk = !await _model.PreviewAsync(place);
        _isRemoving = !_couldNotAsk;
    }

    private async Task RemoveAsync()
    {
        if (await _model.RemoveAsync())
        {
            _isRemoving = false;
        }
    }

    private void Navigate(MappingQuery query) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query.Write()), replace: query.Text != _model.Query.Text);
}
