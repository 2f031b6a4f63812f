using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Provisioning;

namespace Portal.Core.Audit;

/// <summary>Registers the audit log.</summary>
public static class AuditServices
{
    /// <summary>Adds <see cref="IAuditLog"/>; needs a document store.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditLog>()
        .AddSingleton<IAuditLog>(p => p.GetRequiredService<AuditLog>())
        .AddSingleton<IAuditRetention>(p => p.GetRequiredService<AuditLog>())
        .AddSingleton<IPlanObserver, PlanAudit>();
}
