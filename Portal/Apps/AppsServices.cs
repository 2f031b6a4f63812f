using Portal.Shell;

namespace Portal.Apps;

/// <summary>The pages of clusters' programs on hosts of their own.</summary>
internal static class AppsServices
{
    /// <summary>Adds the feature.</summary>
    public static void AddApps(this IServiceCollection services)
    {
        // It writes addresses with path and query.
        services.AddLogging(logging => logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Warning));
        services.AddHttpForwarder();
        services.AddSingleton<AppHosts>();
        services.AddSingleton<AppTickets>();
        services.AddSingleton<AppNonces>();
        services.AddSingleton<AppWays>();
        services.AddSingleton<AppEntrance>();
        services.AddSingleton<AppGuard>();
        services.AddSingleton<AppLimits>();
        services.AddSingleton<AppForwarder>();
        services.AddSingleton<AppHost>();
    }

    /// <summary>Takes what comes to programs' hosts, before anything of the portal's own sees it.</summary>
    public static void UseApps(this WebApplication app)
    {
        if (app.Services.GetService<AppHosts>() is not { AreThere: true } hosts)
        {
            return;
        }

        app.UseWhen(context => hosts.Owns(context.Request.Host), own =>
        {
            own.UseLanguages();
            own.Run(context => context.RequestServices.GetRequiredService<AppHost>().AnswerAsync(context));
        });
    }
}
