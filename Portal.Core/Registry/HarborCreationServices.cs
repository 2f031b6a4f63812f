using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Provisioning;
using Portal.Core.Registry.Creation;
using Portal.Core.Registry.Creation.Steps;
using Portal.Core.Registry.Harbor;

namespace Portal.Core.Registry;

/// <summary>Registers how the portal gets its Harbor.</summary>
public static class HarborCreationServices
{
    /// <summary>Adds the registration and the steps of its plans. Needs Registry, Clusters, Identity, Storage, Provisioning, Audit and Mapping.</summary>
    public static IServiceCollection AddHarborCreation(this IServiceCollection services)
    {
        services.AddSingleton<HarborRecords>();
        services.AddSingleton<IRegisteredHarbor>(s => s.GetRequiredService<HarborRecords>());
        services.AddSingleton<IHarborRegistration, HarborRegistration>();
        services.TryAddSingleton<StepAudit>();
        services.AddSingleton<HarborStackTools>();
        services.AddSingleton(new PlanKindVersion(HarborPlans.Create, 1) { Needs = Capability.Administer });
        services.AddSingleton(new PlanKindVersion(HarborPlans.Delete, 1) { Needs = Capability.Administer });
        services.AddStep<PrepareHarborStep>().AddStep<RemoveOldStep>().AddStep<CreateStackStep>().AddStep<WaitSignalStep>().AddStep<OpenHarborStep>();
        services.AddStep<ScannerStep>().AddStep<CheckHarborStep>().AddStep<RegisterHarborStep>();
        services.AddStep<DeleteStackStep>().AddStep<UnregisterHarborStep>();
        return services;
    }
}
