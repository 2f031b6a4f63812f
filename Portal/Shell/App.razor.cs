using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using Portal.Shared;

namespace Portal.Shell;

/// <summary>The document: rendered once by the server, in the person's theme from the first byte.</summary>
public sealed partial class App
{
    private static readonly IComponentRenderMode Interactive = new InteractiveServerRenderMode(prerender: false);

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [CascadingParameter]
    private HttpContext? Http { get; set; }

    private static string Units => string.Join('|', SharedText.UnitSecond, SharedText.UnitMinute, SharedText.UnitHour, SharedText.UnitDay);

    private ThemeChoice Theme => ThemeCookie.Read(Http);

    // A page that must work without a circuit says [ExcludeFromInteractiveRouting].
    private IComponentRenderMode? Mode => Http?.AcceptsInteractiveRouting() == false ? null : Interactive;

    /// <inheritdoc />
    protected override void OnInitialized()
    {
        var page = Http?.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type;
        if (page == typeof(NotFoundPage) && Http is { Response.HasStarted: false })
        {
            // Said as the answer starts: a 404 that is set before ends the rendering, and the page would be empty.
            var response = Http.Response;
            response.OnStarting(() =>
            {
                response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        }
    }
}
