using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Audit;
using Portal.Core.Mapping.Steps;
using Portal.Core.Provisioning;

namespace Portal.Core.Mapping;

/// <summary>Registers the mapping of projects.</summary>
public static class MappingServices
{
    /// <summary>Adds the service and the steps of its plan. Needs Registry, Storage, Provisioning, Audit.</summary>
    public static IServiceCollection AddMapping(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<MappingStore>();
        services.TryAddSingleton<StepAudit>();
        services.AddSingleton<MappingTools>();
        services.AddSingleton<IMappingService, MappingService>();
        services.AddSingleton<Registry.Creation.IRegistryUse, MappedRegistryUse>();
        services.AddSingleton<IProvisioningStep, PrepareMappingStep>();
        services.AddSingleton<IProvisioningStep, CreateUserStep>();
        services.AddSingleton<IProvisioningStep, CreateProjectStep>();
        services.AddSingleton<IProvisioningStep, AddMemberStep>();
        services.AddSingleton<IProvisioningStep, SetQuotaStep>();
        services.AddSingleton<IProvisioningStep, SetHookStep>();
        services.AddSingleton<IProvisioningStep>(s => new CreateRobotStep(s.GetRequiredService<MappingTools>(), RobotKind.Pull));
        services.AddSingleton<IProvisioningStep>(s => new CreateRobotStep(s.GetRequiredService<MappingTools>(), RobotKind.Push));
        services.AddSingleton<IProvisioningStep, FinishMappingStep>();
        return services;
    }
}
