using Microsoft.Extensions.Options;
using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Apps;

/// <summary>Hands a request on to a program through a port-forward, and its answer back as it comes.</summary>
internal sealed class AppForwarder(IHttpForwarder forwarder, IAppGateway gateway, IOptions<AppsOptions> options, ILogger<AppForwarder> logger)
{
    private readonly ForwarderRequestConfig config = new()
    {
        ActivityTimeout = options.Value.Patience,
        Version = System.Net.HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>Hands one on. What fails before an answer has begun is a page of the portal's.</summary>
    /// <exception cref="ForbiddenException">The person may not see the program.</exception>
    /// <exception cref="BackendException">There is no way to the cluster.</exception>
    public async Task ForwardAsync(HttpContext context, Scope scope, AppVisit visit, CancellationToken cancellationToken)
    {
        using var way = await gateway.OpenAsync(scope, visit.ClusterId, visit.App, cancellationToken);
        var transformer = new AppTransformer(way, () => gateway.Refuse(scope, visit.ClusterId, visit.App));
        var error = await forwarder.SendAsync(context, $"http://{visit.App.ToString().ToLowerInvariant()}", way.Http, config, transformer, cancellationToken);
        if (error is ForwarderError.None || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var why = context.GetForwarderErrorFeature()?.Exception;
        var cause = Causes(why).OfType<BackendException>().FirstOrDefault();
        logger.NotForwarded(visit.App, visit.ClusterId, error, cause?.Failure.ToString() ?? why?.GetType().Name ?? "no reason");
        if (context.Response.HasStarted)
        {
            return;
        }

        var trouble = cancellationToken.IsCancellationRequested ? AppTrouble.SignedOut
            : Causes(why).OfType<BadHttpRequestException>().Any(e => e.StatusCode == StatusCodes.Status413PayloadTooLarge) ? AppTrouble.TooLarge
            : cause is not null && !await IsInstalledAsync(scope, visit, context.RequestAborted) ? AppTrouble.NotInstalled
            : error is ForwarderError.RequestTimedOut || cause?.Failure is BackendFailure.Timeout ? AppTrouble.Silent
            : AppTrouble.NoAnswer;
        await AppPage.WriteAsync(context, trouble, visit.App, AppHost.Links(visit, trouble is AppTrouble.NotInstalled ? null : "/"));
    }

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (var at = exception; at is not null; at = at.InnerException)
        {
            yield return at;
        }
    }

    private async Task<bool> IsInstalledAsync(Scope scope, AppVisit visit, CancellationToken cancellationToken)
    {
        try
        {
            return await gateway.IsInstalledAsync(scope, visit.ClusterId, visit.App, cancellationToken);
        }
        catch (BackendException)
        {
            // It cannot be asked: then it is no answer.
            return true;
        }
    }
}
