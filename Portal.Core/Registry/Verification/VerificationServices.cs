using Microsoft.Extensions.DependencyInjection;

namespace Portal.Core.Registry.Verification;

/// <summary>Registers the connection test.</summary>
public static class VerificationServices
{
    /// <summary>Adds the checks; needs Backends.</summary>
    public static IServiceCollection AddHarborVerification(this IServiceCollection services) => services.AddSingleton<IHarborVerification, HarborVerification>();

    /// <summary>Adds the checks of the configured Harbor for the console; needs Registry and Audit too.</summary>
    public static IServiceCollection AddConnectionTest(this IServiceCollection services) => services.AddHarborVerification().AddSingleton<IConnectionTest, ConnectionTest>();
}
