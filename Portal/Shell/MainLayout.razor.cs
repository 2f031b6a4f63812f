using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Storage;

namespace Portal.Shell;

/// <summary>Bar, drawer, page, bottom bar.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _boundary;
    private string? _project;
    private string? _administers;
    private ThemeChoice _theme;
    private bool _dark;

    [Inject]
    private IJSRuntime Script { get; set; } = null!;

    [Inject]
    private ISessionScopes Sessions { get; set; } = null!;

    [CascadingParameter]
    private Task<AuthenticationState>? State { get; set; }

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

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => LookAtRightsAsync();

    private void Moved(object? sender, LocationChangedEventArgs e)
    {
        var before = _project;
        _project = ProjectRoutes.ProjectOf(Navigation.ToBaseRelativePath(e.Location));
        _boundary?.Recover();
        InvokeAsync(StateHasChanged);
        if (_project != before)
        {
            _ = InvokeAsync(LookAtRightsAsync);
        }
    }

    // Only for what the drawer offers: every page and every method asks for itself.
    private async Task LookAtRightsAsync()
    {
        var project = _project;
        if (project is null || State is null || (await State).User.FindFirst(ShellClaims.Session)?.Value is not { } session)
        {
            return;
        }

        try
        {
            var isAdministrator = (await Sessions.EnterAsync(session, project, CancellationToken.None)).Can(Capability.Administer);
            if (project == _project)
            {
                _administers = isAdministrator ? project : null;
                StateHasChanged();
            }
        }
        catch (Exception e) when (e is BackendException or ForbiddenException or StorageException)
        {
            // The page says so; bar and drawer stay.
        }
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
