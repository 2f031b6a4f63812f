using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Portal.Core.Live;
using Portal.Core.Provisioning.Work;

namespace Portal.Core.Provisioning;

/// <summary>Registers the plan engine.</summary>
public static class ProvisioningServices
{
    /// <summary>Adds <see cref="IPlanService"/>, <see cref="IWorkRunner"/> and the engine, by the section <c>Portal:Provisioning</c>. Needs the storage; call after <c>AddStorage</c>.</summary>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public static IServiceCollection AddProvisioning(this IServiceCollection services, IConfiguration configuration) =>
        services.AddProvisioning(configuration.GetSection(ProvisioningOptions.Section).Get<ProvisioningOptions>() ?? new());

    /// <summary>Adds the same with options in hand.</summary>
    public static IServiceCollection AddProvisioning(this IServiceCollection services, ProvisioningOptions options)
    {
        options.Check();
        services.AddLive();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<InProcessWorkRunner>();
        services.TryAddSingleton<IWorkRunner>(p => p.GetRequiredService<InProcessWorkRunner>());
        services.AddHostedService(p => p.GetRequiredService<InProcessWorkRunner>());
        services.AddSingleton<StepCatalog>();
        services.AddSingleton<StepGate>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<PlanLocks>();
        services.AddSingleton<PlanObservers>();
        services.AddSingleton<PlanEnding>();
        services.AddSingleton<PlanRunner>();
        services.AddSingleton<IPlanService, PlanService>();
        services.AddHostedService<PlanHosting>();
        return services;
    }

    /// <summary>Adds a step of plans.</summary>
    public static IServiceCollection AddStep<TStep>(this IServiceCollection services)
        where TStep : class, IProvisioningStep => services.AddSingleton<IProvisioningStep, TStep>();
}

/// <summary>Starts and stops the engine with the host.</summary>
internal sealed class PlanHosting(PlanRunner runner) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => runner.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => runner.StopAsync(cancellationToken);
}
