using Portal.Core.Backends;
using Portal.Core.Delivery.Apps;
using Portal.Core.Identity;
using Portal.Core.Identity.Sessions;
using Portal.Core.Live;

namespace Portal.Apps;

/// <summary>Asks at each request, and while one lasts, whether the portal's session lives and the role is still there.</summary>
internal sealed class AppGuard(ISessions sessions, ISessionScopes scopes, IChangeBus changes, TimeProvider time)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <summary>Gives the scope of a visit, or null when its session has ended.</summary>
    /// <exception cref="BackendException">The project is no longer the person's, or Keystone does not answer.</exception>
    public async Task<Scope?> EnterAsync(AppVisit visit, CancellationToken cancellationToken)
    {
        if (await sessions.TouchAsync(visit.SessionId, cancellationToken) is null)
        {
            return null;
        }

        try
        {
            return await scopes.EnterAsync(visit.SessionId, visit.ProjectId, cancellationToken);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.SignInAgain)
        {
            return null;
        }
    }

    /// <summary>Runs what may last long; it is cancelled when the session ends or the right is taken away.</summary>
    public async Task WhileAsync(AppVisit visit, Scope scope, Func<CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = Task.WhenAll(FollowAsync(visit, scope, over, done.Token), LookAsync(visit, scope, over, done.Token));
        try
        {
            await run(over.Token);
        }
        finally
        {
            await done.CancelAsync();
            await watch;
        }
    }

    private async Task FollowAsync(AppVisit visit, Scope scope, CancellationTokenSource over, CancellationToken done)
    {
        try
        {
            await foreach (var _ in changes.SubscribeAsync($"session/{visit.SessionId}", done))
            {
                if (!await HoldsAsync(visit, scope, done))
                {
                    await over.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The request is done.
        }
    }

    // Another replica's news does not come here, and nobody tells of a role.
    private async Task LookAsync(AppVisit visit, Scope scope, CancellationTokenSource over, CancellationToken done)
    {
        using var timer = new PeriodicTimer(LookAgain, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
            {
                if (!await HoldsAsync(visit, scope, done))
                {
                    await over.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The request is done.
        }
    }

    private async Task<bool> HoldsAsync(AppVisit visit, Scope before, CancellationToken cancellationToken)
    {
        try
        {
            return await EnterAsync(visit, cancellationToken) is { } now && before.Capabilities.IsSubsetOf(now.Capabilities);
        }
        catch (BackendException e)
        {
            // Keystone may be away for now.
            return e.MayHeal;
        }
    }
}
