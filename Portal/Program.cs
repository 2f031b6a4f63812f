using Portal.Core.Addons;
using Portal.Core.Clusters;
using Portal.Core.Delivery;
using Portal.Core.Kubernetes;
using Portal.Core.Mapping;
using Portal.Core.Monitoring;
using Portal.Core.Provisioning;
using Portal.Core.Registry;
using Portal.Hosting;
using Portal.Identity;
using Portal.Mapping;
using Portal.Monitoring;
using Portal.Security;
using Portal.Shell;

namespace Portal;

/// <summary>What the portal is made of: one line per feature.</summary>
internal static class Program
{
    /// <summary>Runs the portal; gives the exit code of the process.</summary>
    public static Task<int> Main(string[] args) => PortalProcess.RunAsync(args);

    /// <summary>Adds every feature's services.</summary>
    internal static void AddFeatures(WebApplicationBuilder builder)
    {
        builder.AddFoundation();
        builder.AddObservability();
        builder.AddSecurity();
        builder.AddIdentity();
        builder.Services.AddProvisioning(builder.Configuration);
        builder.Services.AddClusters();
        builder.Services.AddKubernetes();
        builder.Services.AddRegistry().AddHarborCreation();
        builder.Services.AddAddons();
        builder.Services.AddMapping().AddMappingComparison();
        builder.Services.AddMonitoring();
        builder.Services.AddDelivery();
        builder.AddShell();
    }

    /// <summary>Maps every feature's endpoints, in the order in which a request passes them.</summary>
    internal static void MapFeatures(WebApplication app)
    {
        app.UseSecurity();
        app.UseLanguages();
        app.UseAssetCompression();
        app.MapStaticAssets().AllowAnonymous();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapHealth();
        app.MapIdentity();
        app.MapMonitoring();
        app.MapMapping();
        app.MapShell();
    }
}
