using System.Security.Cryptography;
using System.Text.Json;
using Portal.Core.Kubernetes;
using Portal.Core.Storage;

namespace Portal.Core.Delivery.Apps;

/// <summary>Who looks at which program: what a code stands for, and then the cookie on the program's host.</summary>
public sealed record AppVisit
{
    /// <summary>Gets the portal's session; secret.</summary>
    public required string SessionId { get; init; }

    /// <summary>Gets the person's Keystone user id.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets the project.</summary>
    public required string ProjectId { get; init; }

    /// <summary>Gets the cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Gets the program.</summary>
    public required ClusterApp App { get; init; }

    /// <summary>Gets the first label of the host that this is for (<see cref="AppLabel"/>).</summary>
    public required string Label { get; init; }

    /// <summary>Gets the portal's own origin as the person knows it, for the way back.</summary>
    public required string Portal { get; init; }

    /// <summary>Hides the session.</summary>
    public override string ToString() => $"visit of {Label}";
}

/// <summary>What somebody gets for a code.</summary>
/// <param name="Visit">The visit, or null: the code is unknown, used, too old, or another host's or browser's.</param>
/// <param name="Nonce">The nonce that it was made for, or null.</param>
/// <param name="IsOtherBrowsers">Whether it was good, and made for another browser.</param>
public sealed record AppEntry(AppVisit? Visit, string? Nonce = null, bool IsOtherBrowsers = false)
{
    /// <summary>Hides the nonce.</summary>
    public override string ToString() => Visit?.ToString() ?? "no visit";
}

/// <summary>
/// Codes that take a person from the portal's host to a program's: each for one host, for the browser that asked, for thirty
/// seconds, for one use, on whichever replica. A person has a few at once; with one more the oldest ends.
/// </summary>
public interface IAppCodes
{
    /// <summary>Makes a code; a secret.</summary>
    /// <param name="visit">What it stands for.</param>
    /// <param name="seal">Of the nonce that the browser keeps (<see cref="AppNonce.SealOf"/>).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<string> IssueAsync(AppVisit visit, string seal, CancellationToken cancellationToken);

    /// <summary>Uses a code up, whoever brings it; gives its visit to the browser that has the nonce.</summary>
    Task<AppEntry> TakeAsync(string code, string label, IReadOnlyCollection<string> nonces, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class AppCodes(IDocumentStore documents, ISecretProtector protector, TimeProvider time) : IAppCodes
{
    /// <summary>How many codes one person has at once.</summary>
    internal const int Most = 8;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly DocumentType<Kept> Type = new("app_codes", 1, c => c.Person is null ? [] : [Key(c.Person)]);

    public async Task<string> IssueAsync(AppVisit visit, string seal, CancellationToken cancellationToken)
    {
        await SweepAsync(visit.UserId, cancellationToken).ConfigureAwait(false);
        var code = AppNonce.New();
        var id = AppNonce.SealOf(code);
        var kept = new Kept { Person = visit.UserId, Visit = protector.Protect(Purpose(id), JsonSerializer.Serialize(new Sealed(visit, seal))), EndsAt = time.GetUtcNow() + Life };
        await documents.PutAsync(Type, id, kept, 0, cancellationToken).ConfigureAwait(false);
        return code;
    }

    public async Task<AppEntry> TakeAsync(string code, string label, IReadOnlyCollection<string> nonces, CancellationToken cancellationToken)
    {
        // Who deletes it has it: of two that come at once, one does.
        var id = AppNonce.SealOf(code);
        if (await documents.FindAsync(Type, id, cancellationToken).ConfigureAwait(false) is not { } found
            || !await documents.DeleteAsync(Type, id, null, cancellationToken).ConfigureAwait(false)
            || found.Value.EndsAt <= time.GetUtcNow()
            || Open(id, found.Value) is not { } inside || inside.Visit.Label != label)
        {
            return new AppEntry(null);
        }

        return nonces.FirstOrDefault(n => AppNonce.Fits(n, inside.Seal)) is { } nonce ? new AppEntry(inside.Visit, nonce) : new AppEntry(null, IsOtherBrowsers: true);
    }

    private static string Key(string person) => $"person:{person}";

    private static string Purpose(string id) => $"app-code/2/{id}";

    private Sealed? Open(string id, Kept kept)
    {
        try
        {
            return JsonSerializer.Deserialize<Sealed>(protector.Unprotect(Purpose(id), kept.Visit));
        }
        catch (CryptographicException)
        {
            // Made under another master key, or by a release before.
            return null;
        }
    }

    // Nearly every code is used; what is left is little, and goes with the next.
    private async Task SweepAsync(string person, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var old = (await documents.ListAsync(Type, null, cancellationToken).ConfigureAwait(false)).Where(c => c.Value.EndsAt <= now);
        var own = (await documents.ListAsync(Type, Key(person), cancellationToken).ConfigureAwait(false)).Where(c => c.Value.EndsAt > now);
        foreach (var code in old.Concat(own.OrderByDescending(c => c.Value.EndsAt).Skip(Most - 1)))
        {
            await documents.DeleteAsync(Type, code.Id, null, cancellationToken).ConfigureAwait(false);
        }
    }

    internal sealed record Kept
    {
        /// <summary>Gets the Keystone user id; null in what a release before has kept.</summary>
        public string? Person { get; init; }

        public required string Visit { get; init; }

        public required DateTimeOffset EndsAt { get; init; }
    }

    private sealed record Sealed(AppVisit Visit, string Seal)
    {
        public override string ToString() => Visit.ToString();
    }
}
