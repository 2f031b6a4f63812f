using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Portal.Core.Identity.Sessions;

namespace Portal.Identity;

/// <summary>Keeps tickets on the server, with their session; the cookie holds the session's id alone, encrypted.</summary>
internal sealed class SessionTicketStore(ISessions sessions) : ITicketStore
{
    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var id = ticket.Principal.SessionId() ?? throw new InvalidOperationException("A ticket without a session.");
        await RenewAsync(id, ticket);
        return id;
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket) =>
        sessions.PutTicketAsync(key, TicketSerializer.Default.Serialize(ticket), CancellationToken.None);

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        if (await sessions.TouchAsync(key, CancellationToken.None) is not { } endsAt
            || await sessions.FindTicketAsync(key, CancellationToken.None) is not { } kept)
        {
            return null;
        }

        // The session's own clock decides, because work in an open page does not renew a cookie.
        var ticket = TicketSerializer.Default.Deserialize(kept);
        ticket?.Properties.ExpiresUtc = endsAt;
        return ticket;
    }

    public Task RemoveAsync(string key) => sessions.EndAsync(key, CancellationToken.None);
}
