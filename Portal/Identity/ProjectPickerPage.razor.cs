using Microsoft.AspNetCore.Components;
using Portal.Shell;

namespace Portal.Identity;

/// <summary>Where a person without a project in the address begins: the last one, the only one, or a choice.</summary>
public sealed partial class ProjectPickerPage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private readonly ProjectPickerModel _model = new();

    [Inject]
    private PortalSession Session { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync()
    {
        await _model.LoadAsync(Session, _left.Token);
        var wantsChoice = Navigation.ToBaseRelativePath(Navigation.Uri).StartsWith("projects", StringComparison.OrdinalIgnoreCase);
        if (!wantsChoice && _model.Obvious is { } project)
        {
            Navigation.NavigateTo(ProjectRoutes.Overview(project), replace: true);
        }
    }
}
