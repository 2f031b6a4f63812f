using Microsoft.AspNetCore.Components;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Shared;
using Portal.Shell;

namespace Portal.Registry;

/// <summary>A repository's artifacts, and one of them.</summary>
public sealed partial class RepositoryPage : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private readonly Repeating _again = new();
    private RepositoryModel? _model;
    private ImageQuery? _shown;
    private ImageDeletion? _deleting;

    /// <summary>Gets or sets the project in the address.</summary>
    [Parameter]
    public string ProjectId { get; set; } = "";

    /// <summary>Gets or sets the repository in the address: Harbor project and name.</summary>
    [Parameter]
    public string? Path { get; set; }

    [SupplyParameterFromQuery(Name = "artifact")]
    private string? Digest { get; set; }

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
    private IImagePushes Pushes { get; set; } = null!;

    [Inject]
    private IMappingService Mapping { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private IReadOnlyList<(string Name, string Url)> Up => [(ImagesText.Title, ProjectRoutes.Images(ProjectId))];

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _again.DisposeAsync();

    /// <inheritdoc />
    protected override void OnInitialized() => _again.Start(Again, Time, FollowAsync);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        var name = RepositoryName.Parse(Path ?? "");
        if (name != _model?.Name)
        {
            (_model, _shown) = (name is null ? null : new RepositoryModel(Images, Pushes, Mapping, Scope, name), null);
        }

        if (_model is null)
        {
            return;
        }

        _model.Query = ImageAddress.Read(Text, Sort, Page);
        if (_shown != _model.Query)
        {
            _shown = _model.Query;
            await LoadAsync();
        }

        if (Digest is not null && _model.Artifact.Value?.Digest != Digest)
        {
            await _model.OpenAsync(Digest, CancellationToken.None);
        }
    }

    private Task LoadAsync() => _model!.LoadAsync(CancellationToken.None);

    private async Task ReloadAsync()
    {
        if (_model is null)
        {
            return;
        }

        await LoadAsync();
        if (Digest is not null)
        {
            await _model.OpenAsync(Digest, CancellationToken.None);
        }
    }

    private Task FollowAsync(CancellationToken left) => InvokeAsync(async () =>
    {
        if (Digest is not null && _model is { Artifact.Value.Scan.IsMoving: true })
        {
            await _model.FollowScanAsync(CancellationToken.None);
            StateHasChanged();
        }
    });

    private void Begin(ImageDeletion deletion)
    {
        _model!.Begin();
        _deleting = deletion;
        StateHasChanged();
    }

    private void Turned(bool open) => _deleting = open ? _deleting : null;

    private async Task DeleteAsync()
    {
        if (_deleting is not { } deletion || !await _model!.DeleteAsync(deletion, CancellationToken.None))
        {
            return;
        }

        _deleting = null;
        _shown = null;
        Navigation.NavigateTo(deletion.Digest is null ? ProjectRoutes.Images(ProjectId) : ProjectRoutes.Repository(ProjectId, _model.Name.Full));
        if (deletion.Digest is not null)
        {
            await LoadAsync();
        }
    }

    private void Navigate(ImageQuery query) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(ImageAddress.Write(query)));
}
