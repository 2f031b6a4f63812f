using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Core.Storage;

namespace Portal.Core.Identity.Sessions;

/// <summary>Sessions as encrypted documents. What is read here is the truth; nothing is cached.</summary>
internal sealed class SessionStore(IDocumentStore documents, ISecretProtector protector, IOptions<IdentityOptions> options, TimeProvider time)
{
    private const int PageSize = 500;

    /// <summary>Keeps a new session under a random id.</summary>
    public async Task<string> CreateAsync(string userId, string userName, string? providerSession, SessionSecrets secrets, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        var document = new SessionDocument
        {
            UserId = userId,
            UserName = userName,
            ProviderSession = providerSession,
            CreatedAt = now,
            UsedAt = now,
            Secrets = Protect(id, secrets),
        };
        await documents.PutAsync(SessionDocument.Type, id, document, 0, cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>Gives a session that has not ended by time, or null.</summary>
    public async Task<Stored<SessionDocument>?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var stored = await documents.FindAsync(SessionDocument.Type, id, cancellationToken).ConfigureAwait(false);
        return stored is null || IsOver(stored.Value) ? null : stored;
    }

    /// <summary>Gives a session whether or not its time is over; to clean up after it.</summary>
    public Task<Stored<SessionDocument>?> FindAnyAsync(string id, CancellationToken cancellationToken) =>
        documents.FindAsync(SessionDocument.Type, id, cancellationToken);

    /// <summary>Lists the ids of sessions that the provider's session gave rise to.</summary>
    public async Task<IReadOnlyList<string>> ListByProviderSessionAsync(string providerSession, CancellationToken cancellationToken) =>
        [.. (await documents.ListAsync(SessionDocument.Type, $"sid:{providerSession}", cancellationToken, PageSize).ConfigureAwait(false)).Select(s => s.Id)];

    /// <summary>Lists the ids of sessions whose time is over.</summary>
    public async Task<IReadOnlyList<string>> ListOverAsync(CancellationToken cancellationToken)
    {
        var over = new List<string>();
        string? after = null;
        IReadOnlyList<Stored<SessionDocument>> page;
        do
        {
            page = await documents.ListAsync(SessionDocument.Type, null, cancellationToken, PageSize, after).ConfigureAwait(false);
            over.AddRange(page.Where(s => IsOver(s.Value)).Select(s => s.Id));
            after = page.Count > 0 ? page[^1].Id : null;
        }
        while (page.Count == PageSize);
        return over;
    }

    /// <summary>Changes a session; gives false when it is gone. Tries again when somebody else was first.</summary>
    public async Task<bool> ChangeAsync(string id, Func<SessionDocument, SessionDocument> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await documents.FindAsync(SessionDocument.Type, id, cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                return false;
            }

            try
            {
                await documents.PutAsync(SessionDocument.Type, id, change(stored.Value), stored.Version, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (StoreConflictException)
            {
                // Read it again.
            }
        }
    }

    /// <summary>Replaces the secrets if the session is still at that version; else somebody renewed them in between.</summary>
    /// <exception cref="StoreConflictException">It is not.</exception>
    public async Task<Stored<SessionDocument>> PutSecretsAsync(Stored<SessionDocument> session, SessionSecrets secrets, CancellationToken cancellationToken)
    {
        var changed = session.Value with { Secrets = Protect(session.Id, secrets) };
        var version = await documents.PutAsync(SessionDocument.Type, session.Id, changed, session.Version, cancellationToken).ConfigureAwait(false);
        return new Stored<SessionDocument>(session.Id, version, changed);
    }

    /// <summary>Keeps the browser's ticket; gives false when the session is gone.</summary>
    public Task<bool> PutTicketAsync(string id, byte[] ticket, CancellationToken cancellationToken)
    {
        var kept = protector.Protect(TicketPurpose(id), Convert.ToBase64String(ticket));
        return ChangeAsync(id, s => s with { Ticket = kept }, cancellationToken);
    }

    /// <summary>Gives the browser's ticket, or null when the session has ended or was kept under another master key.</summary>
    public async Task<byte[]?> FindTicketAsync(string id, CancellationToken cancellationToken)
    {
        if ((await FindAsync(id, cancellationToken).ConfigureAwait(false))?.Value.Ticket is not { } kept)
        {
            return null;
        }

        try
        {
            return Convert.FromBase64String(protector.Unprotect(TicketPurpose(id), kept));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Forgets a session.</summary>
    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        documents.DeleteAsync(SessionDocument.Type, id, null, cancellationToken);

    /// <summary>Decrypts a session's secrets.</summary>
    /// <exception cref="CryptographicException">The master key is another one than at the sign-in.</exception>
    public SessionSecrets Secrets(Stored<SessionDocument> session) =>
        JsonSerializer.Deserialize<SessionSecrets>(protector.Unprotect(Purpose(session.Id), session.Value.Secrets))!;

    /// <summary>Gives the time at which a session ends if it is not used again.</summary>
    public DateTimeOffset EndsAt(SessionDocument session)
    {
        var idle = session.UsedAt + options.Value.Session.Idle;
        var absolute = session.CreatedAt + options.Value.Session.Absolute;
        return idle < absolute ? idle : absolute;
    }

    private bool IsOver(SessionDocument session) => EndsAt(session) <= time.GetUtcNow();

    private string Protect(string id, SessionSecrets secrets) => protector.Protect(Purpose(id), JsonSerializer.Serialize(secrets));

    private static string TicketPurpose(string id) => $"session/{id}/ticket";

    private static string Purpose(string id) => $"session/{id}/secrets";
}
