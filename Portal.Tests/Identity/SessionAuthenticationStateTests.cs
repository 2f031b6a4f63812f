using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Identity.Sessions;
using Portal.Core.Live;
using Portal.Core.Storage;
using Portal.Identity;
using Portal.Tests.Support;

namespace Portal.Tests.Identity;

/// <summary>Who is signed in, in a circuit that lives on.</summary>
public sealed class SessionAuthenticationStateTests : ISessions, IDisposable
{
    private readonly InProcessChangeBus changes = new();
    private readonly SessionAuthenticationState state;
    private bool isAway;
    private bool hasEnded;
    private int asked;

    public SessionAuthenticationStateTests()
    {
        state = new SessionAuthenticationState(NullLoggerFactory.Instance, this, changes);
        state.SetAuthenticationState(Task.FromResult(new AuthenticationState(PortalClaims.Principal(new SignedIn("s1", "u1", "dana")))));
    }

    [Fact]
    public async Task Person_StaysSignedIn_WhileTheStorageIsAway_AndIsNobodyWhenTheSessionHasEnded()
    {
        isAway = true;
        await changes.PublishAsync("session/s1", default);
        await Eventually.TrueAsync(() => asked == 1, "the session is looked for");

        // Nobody was signed out by that, and the next word is still heard.
        Assert.Equal("dana", await NameAsync());
        (isAway, hasEnded) = (false, true);
        await changes.PublishAsync("session/s1", default);
        await Eventually.TrueAsync(async () => await NameAsync() is null, "the person is nobody");
    }

    [Fact]
    public async Task Session_ThatCannotBeLookedFor_IsNotOver()
    {
        isAway = true;

        Assert.True(await state.LivesAsync("s1", default));
        (isAway, hasEnded) = (false, true);
        Assert.False(await state.LivesAsync("s1", default));
    }

    public void Dispose() => ((IDisposable)state).Dispose();

    Task<DateTimeOffset?> ISessions.TouchAsync(string id, CancellationToken cancellationToken)
    {
        asked++;
        return isAway ? throw new StorageException("The storage is not open.") : Task.FromResult<DateTimeOffset?>(hasEnded ? null : DateTimeOffset.MaxValue);
    }

    Task<SignedIn> ISessions.BeginAsync(ProviderTokens tokens, string? providerSession, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<bool> ISessions.PutTicketAsync(string id, byte[] ticket, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<byte[]?> ISessions.FindTicketAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<string?> ISessions.FindIdTokenAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndByProviderSessionAsync(string providerSession, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task ISessions.EndOverAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<string?> NameAsync() => (await state.GetAuthenticationStateAsync()).User.Identity?.Name;
}
