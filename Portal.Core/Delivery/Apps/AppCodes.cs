using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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

/// <summary>Codes that take a person from the portal's host to a program's: each for one host, for thirty seconds, for one use, on whichever replica.</summary>
public interface IAppCodes
{
    /// <summary>Makes a code; a secret.</summary>
    Task<string> IssueAsync(AppVisit visit, CancellationToken cancellationToken);

    /// <summary>Uses a code up; gives null when it is unknown, used, too old, or another host's.</summary>
    Task<AppVisit?> TakeAsync(string code, string label, CancellationToken cancellationToken);
}

/// <inheritdoc />
internal sealed class AppCodes(IDocumentStore documents, ISecretProtector protector, TimeProvider time) : IAppCodes
{
    private const int Bytes = 32;
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly DocumentType<Kept> Type = new("app_codes", 1, _ => []);

    public async Task<string> IssueAsync(AppVisit visit, CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken).ConfigureAwait(false);
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        var id = Id(code);
        var kept = new Kept { Visit = protector.Protect(Purpose(id), JsonSerializer.Serialize(visit)), EndsAt = time.GetUtcNow() + Life };
        await documents.PutAsync(Type, id, kept, 0, cancellationToken).ConfigureAwait(false);
        return code;
    }

    public async Task<AppVisit?> TakeAsync(string code, string label, CancellationToken cancellationToken)
    {
        // Who deletes it has it: of two that come at once, one does.
        var id = Id(code);
        if (await documents.FindAsync(Type, id, cancellationToken).ConfigureAwait(false) is not { } found
            || !await documents.DeleteAsync(Type, id, null, cancellationToken).ConfigureAwait(false)
            || found.Value.EndsAt <= time.GetUtcNow())
        {
            return null;
        }

        try
        {
            var visit = JsonSerializer.Deserialize<AppVisit>(protector.Unprotect(Purpose(id), found.Value.Visit));
            return visit?.Label == label ? visit : null;
        }
        catch (CryptographicException)
        {
            // Made under another master key.
            return null;
        }
    }

    private static string Id(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private static string Purpose(string id) => $"app-code/{id}";

    // Nearly every code is used; what is left is little, and goes with the next.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var old in (await documents.ListAsync(Type, null, cancellationToken).ConfigureAwait(false)).Where(c => c.Value.EndsAt <= now))
        {
            await documents.DeleteAsync(Type, old.Id, null, cancellationToken).ConfigureAwait(false);
        }
    }

    internal sealed record Kept
    {
        public required string Visit { get; init; }

        public required DateTimeOffset EndsAt { get; init; }
    }
}
