using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Portal.Shell;

/// <summary>Bar, drawer, page, bottom bar.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private string? _project;
    private ThemeChoice _theme;
    private bool _dark;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [CascadingParameter(Name = "Theme")]
    private ThemeChoice Chosen { get; set; }

    /// <inheritdoc />
    public void Dispose() => Navigation.LocationChanged -= Moved;

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        _theme = Chosen;
        _dark = _theme is ThemeChoice.Dark;
        _project = ProjectRoutes.ProjectOf(Navigation.ToBaseRelativePath(Navigation.Uri));
        Navigation.LocationChanged += Moved;
    }

    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        _project = ProjectRoutes.ProjectOf(Navigation.ToBaseRelativePath(e.Location));
        _boundary?.Recover();
        InvokeAsync(StateHasChanged);
    }

    private void Recover() => _boundary?.Recover();

    private async Task ChooseTheme(ThemeChoice theme)
    {
        _theme = theme;
        if (theme is not ThemeChoice.System)
        {
            _dark = theme is ThemeChoice.Dark;
        }

        await Script.InvokeVoidAsync("portal.setTheme", theme.ToString().ToLowerInvariant());
    }
}
