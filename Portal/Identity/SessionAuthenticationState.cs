using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Portal.Core.Identity.Sessions;
using Portal.Core.Live;
using Portal.Core.Storage;

namespace Portal.Identity;

/// <summary>
/// Who is signed in, in a circuit. Looks again every minute, and at once when the session ends somewhere; then the circuit's
/// person becomes nobody.
/// </summary>
internal sealed class SessionAuthenticationState : RevalidatingServerAuthenticationStateProvider
{
    private readonly CancellationTokenSource closing = new();
    private readonly ISessions sessions;
    private readonly IChangeBus changes;
    private readonly ILogger logger;
    private string? followed;

    public SessionAuthenticationState(ILoggerFactory loggers, ISessions sessions, IChangeBus changes)
        : base(loggers)
    {
        this.sessions = sessions;
        this.changes = changes;
        logger = loggers.CreateLogger<SessionAuthenticationState>();
        AuthenticationStateChanged += OnChanged;
    }

    /// <inheritdoc />
    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        authenticationState.User.SessionId() is { } id && await LivesAsync(id, cancellationToken);

    /// <summary>Gives whether a session lives. A storage that is away has signed nobody out: what is asked for meanwhile fails by itself.</summary>
    internal async Task<bool> LivesAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.TouchAsync(id, cancellationToken) is not null;
        }
        catch (StorageException)
        {
            return true;
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        AuthenticationStateChanged -= OnChanged;
        closing.Cancel();
        base.Dispose(disposing);
    }

    private async void OnChanged(Task<AuthenticationState> changed)
    {
        try
        {
            if ((await changed).User.SessionId() is { } id && Interlocked.CompareExchange(ref followed, id, null) is null)
            {
                await FollowAsync(id, closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The circuit is closing.
        }
        catch (Exception e)
        {
            // Nobody waits for this: thrown on, it would end the process. The session is looked at each minute all the same.
            logger.SessionNotFollowed(e);
        }
    }

    private async Task FollowAsync(string id, CancellationToken cancellationToken)
    {
        await foreach (var _ in changes.SubscribeAsync($"session/{id}", cancellationToken))
        {
            if (!await LivesAsync(id, cancellationToken))
            {
                SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
                return;
            }
        }
    }
}
