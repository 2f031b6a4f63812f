using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Portal.Core.Identity;
using Portal.Core.Mapping;
using Portal.Core.Registry;
using Portal.Identity;
using Portal.Registry;
using Portal.Tests.Support.Fakes;

namespace Portal.Tests.Registry;

/// <summary>The pages of images over fakes.</summary>
public abstract class ImagesPages : BunitContext
{
    protected static string Digest { get; } = FakeImages.Critical().Digest;

    private protected FakeImages Images { get; } = new();

    private protected FakeScopes Scopes { get; } = new();

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected ImagesPages()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IImageService>(Images);
        Services.AddSingleton<IRegistryCredentials>(Images);
        Services.AddSingleton<IMappingService>(Images);
        Services.AddSingleton<IImageUse>(Images);
        Services.AddSingleton<IImagePushes>(Images);
        Services.AddSingleton<Portal.Core.Registry.Hooks.IRegistryEvents>(Images);
        Services.AddSingleton<IImageCopies>(Images);
        Services.AddSingleton<ISessionScopes>(Scopes);
        Services.AddSingleton<IUserPreferences>(new FakeAccess());
        Services.AddScoped<PortalSession>();
        this.AddAuthorization().SetAuthorized("shop-lead").SetClaims(new Claim(PortalClaims.Session, "s1"));
        Services.AddSingleton<Portal.Core.Mapping.PullRenewal.IPullRenewal>(new FakePullRenewal());
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    protected static AngleSharp.Dom.IElement Button(IRenderedComponent<RepositoryPage> page, string text) => page.FindAll("button").Single(b => b.TextContent == text);

    protected IRenderedComponent<ImagesPage> Open() => Render<ImagesPage>(p => p.Add(i => i.ProjectId, "p1").AddCascadingValue(Scopes.Scope));

    protected IRenderedComponent<CredentialsPanel> OpenCredentials() => Render<CredentialsPanel>(p => p.Add(c => c.Scope, Scopes.Scope).Add(c => c.Place, Images.Place!));

    protected IRenderedComponent<RepositoryPage> OpenRepository(string name, string? digest = null)
    {
        Navigation.NavigateTo($"/p/p1/images/{name}" + (digest is null ? "" : "?artifact=" + Uri.EscapeDataString(digest)));
        return Render<RepositoryPage>(p => p.Add(r => r.ProjectId, "p1").Add(r => r.Path, name).AddCascadingValue(Scopes.Scope));
    }
}
