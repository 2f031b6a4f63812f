using Portal.Core.Addons;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Delivery.Apps;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Logs;
using Portal.Core.Mapping.Comparison;
using Portal.Core.Monitoring;
using Portal.Core.Monitoring.Metrics;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Harbor;
using Portal.Core.Storage;
using Portal.Identity;
using Portal.Security;

namespace Portal.Hosting;

/// <summary>Every option that the portal reads. What is not here is refused at start, so that a misspelt name is noticed.</summary>
internal static class OptionSections
{
    /// <summary>Gets the sections; a feature with options of its own adds one line.</summary>
    public static IReadOnlyList<OptionSection> All { get; } =
    [
        OptionSection.Of<IdentityOptions>(IdentityOptions.Section, IdentityOptionsCheck.Failures),
        OptionSection.Of<OidcOptions>(OidcOptions.Section, OidcOptionsCheck.Failures),
        OptionSection.Of<StorageOptions>(StorageOptions.Section),
        OptionSection.Of<MasterKeyOptions>(MasterKeyOptions.Section),
        OptionSection.Of<BackendsOptions>(BackendsOptions.Section),
        OptionSection.Of<SecurityOptions>(SecurityOptions.Section, SecurityOptionsCheck.Failures),
        OptionSection.Of<AuditOptions>(AuditOptions.Section),
        OptionSection.Of<HarborOptions>(HarborOptions.Section),
        OptionSection.Of<MappingOptions>(MappingOptions.Section, MappingOptionsCheck.Failures),
        OptionSection.Of<ClustersOptions>(ClustersOptions.Section),
        OptionSection.Of<KubernetesOptions>(KubernetesOptions.Section),
        OptionSection.Of<AddonsOptions>(AddonsOptions.Section),
        OptionSection.Of<AlertsOptions>(AlertsOptions.Section, AlertsOptions.Failures),
        OptionSection.Of<MetricsOptions>(MetricsOptions.Section, MetricsOptions.Failures),
        OptionSection.Of<LogsOptions>(LogsOptions.Section, LogsOptions.Failures),
        OptionSection.Of<AppsOptions>(AppsOptions.Section, AppsOptions.Failures),
        OptionSection.Of<ProvisioningOptions>(ProvisioningOptions.Section),
    ];

    /// <summary>Binds every class to its section.</summary>
    public static void AddOptionSections(this IServiceCollection services, IConfiguration configuration)
    {
        foreach (var section in All)
        {
            section.Bind(services, configuration);
        }
    }
}
