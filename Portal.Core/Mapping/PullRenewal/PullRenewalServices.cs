using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping.PullRenewal;

/// <summary>Registers the renewal of the pull credential.</summary>
public static class PullRenewalServices
{
    /// <summary>Adds the service and the steps of its plan. Needs Mapping, and who knows the clusters (<see cref="IPullSecretHolders"/>).</summary>
    public static IServiceCollection AddPullRenewal(this IServiceCollection services)
    {
        services.AddSingleton<IPullRenewal, PullRenewalService>();
        services.AddSingleton<IProvisioningStep, RenewRobotStep>();
        services.AddSingleton<IProvisioningStep, GiveSecretStep>();
        services.AddSingleton<IProvisioningStep, RetireRobotsStep>();
        return services;
    }
}
