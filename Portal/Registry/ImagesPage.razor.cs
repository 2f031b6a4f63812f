using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Registry;

/// <summary>Repositories of the project and of public projects, and how to get in.</summary>
public sealed partial class ImagesPage
{
    private ImagesModel _model = null!;
    private (string, string?, ImageQuery)? _shown;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")]
    private string? Tab { get; set; }

    [SupplyParameterFromQuery(Name = "of")]
    private string? Of { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? Page { get; set; }

    [CascadingParameter]
    private Scope Scope { get; set; } = null!;

    [Inject]
    private IImageService Images { get; set; } = null!;

    [Inject]
    private IMappingService Mapping { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string Open => Tab is "public" or "running" or "access" or "settings" ? Tab : "own";

    private IReadOnlyList<(string Name, string Url)> Up => Of is null ? [] : [(ImagesText.Title, ProjectRoutes.Images(ProjectId)), (ImagesText.TabPublic, ProjectRoutes.Images(ProjectId, "public"))];

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        _model = new ImagesModel(Images, Mapping, Scope);
        await StartAsync();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        _model.Query = ImageAddress.Read(Text, Sort, Page);
        if (_model.Place.IsLoaded)
        {
            await LoadAsync();
        }
    }

    private async Task StartAsync()
    {
        _model.Query = ImageAddress.Read(Text, Sort, Page);
        _shown = null;
        await _model.FindPlaceAsync(CancellationToken.None);
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var wanted = (Open, Of, _model.Query);
        var failed = (_model.Repositories.Failure ?? _model.Projects.Failure) is not null;
        if (!_model.IsReady || Open is "running" or "access" or "settings" || (_shown == wanted && !failed))
        {
            return;
        }

        _shown = wanted;
        await (Open == "public" && Of is null ? _model.LoadProjectsAsync(CancellationToken.None) : _model.LoadRepositoriesAsync(Of, CancellationToken.None));
    }

    private Task ReloadAsync()
    {
        _shown = null;
        return LoadAsync();
    }

    private async Task MakePlaceAsync()
    {
        if (await _model.MakePlaceAsync(CancellationToken.None) is { } plan)
        {
            Navigation.NavigateTo(ProjectRoutes.Plan(ProjectId, plan.Id));
        }
        else if (_model.Refused is null)
        {
            await StartAsync();
        }
    }

    private void Navigate(ImageQuery query) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(ImageAddress.Write(query)));

    private List<Tabs.Tab> TabsOf() =>
    [
        new("own", ImagesText.TabOwn, ProjectRoutes.Images(ProjectId)),
        new("public", ImagesText.TabPublic, ProjectRoutes.Images(ProjectId, "public")),
        new("running", ImagesText.TabRunning, ProjectRoutes.Images(ProjectId, "running")),
        new("access", ImagesText.TabAccess, ProjectRoutes.Images(ProjectId, "access")),
        new("settings", ImagesText.TabSettings, ProjectRoutes.Images(ProjectId, "settings")),
    ];
}
