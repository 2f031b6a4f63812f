using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Core.Live;
using Portal.Core.Storage;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Identity of Core composed as the portal composes it, without a web server.</summary>
internal static class CoreIdentity
{
    public static readonly CloudRegion Region = new("lab", "RegionOne");

    public static ServiceProvider Services(SandboxHost sandbox, Action<CloudOptions>? change = null, IIdentityProvider? provider = null, TimeProvider? time = null, IDocumentStore? documents = null) =>
        Services(sandbox.Context.Address("keystone"), time ?? sandbox.Context.Clock, change, provider, documents);

    public static ServiceProvider Services(string keystone, TimeProvider time, Action<CloudOptions>? change = null, IIdentityProvider? provider = null, IDocumentStore? documents = null)
    {
        var cloud = new CloudOptions { KeystoneUrl = keystone, IdentityProvider = "lab" };
        (cloud.ServiceUser.Name, cloud.ServiceUser.Password, cloud.ServiceUser.Project) = ("portal", "labpass", "admin");
        change?.Invoke(cloud);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time);
        services.AddSingleton(documents ?? MemoryHome.NewStore());
        services.AddSingleton<ISecretProtector>(new SecretProtector(MasterKeys.Parse($"test:{Convert.ToBase64String(SHA256.HashData("test"u8))}", "test")));
        services.Configure<IdentityOptions>(o => o.Clouds["lab"] = cloud);
        services.AddLive();
        services.AddBackends();
        services.AddAudit();
        services.AddIdentity();
        services.AddSingleton(provider ?? new NoProvider());
        return services.BuildServiceProvider();
    }

    /// <summary>Gives what a person's sign-in at the provider gave.</summary>
    public static async Task<ProviderTokens> SignInAsync(SandboxHost sandbox, string user, string client = "portal")
    {
        var answer = await ProviderSignIn.TokensAsync(sandbox.Context.Address("oidc"), user, client);
        return Portal.Identity.OpenIdProvider.Tokens(
            answer["access_token"]!.GetValue<string>(), answer["refresh_token"]?.GetValue<string>(), answer["id_token"]?.GetValue<string>(), answer["expires_in"]!.GetValue<double>(), sandbox.Context.Clock.GetUtcNow());
    }

    private sealed class NoProvider : IIdentityProvider
    {
        public Task<ProviderTokens> RefreshAsync(string refreshToken, CancellationToken cancellationToken) =>
            throw new BackendException("provider", "renew the session", BackendFailure.Unreachable);
    }
}
