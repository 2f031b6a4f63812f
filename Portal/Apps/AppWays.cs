using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Portal.Core.Delivery.Apps;
using Portal.Core.Kubernetes;

namespace Portal.Apps;

/// <summary>Somebody's way in to a program, as the portal began it.</summary>
/// <param name="Label">The first label of the program's host.</param>
/// <param name="Portal">The portal's own origin, where the way leads back to.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="ClusterId">The cluster.</param>
/// <param name="App">The program.</param>
/// <param name="Session">Stands for the portal's session that began it.</param>
/// <param name="Seal">Of the nonce of the browser that began it; null before it has one.</param>
/// <param name="EndsAt">Until when it is good.</param>
internal sealed record AppBegun(string Label, string Portal, string ProjectId, string ClusterId, ClusterApp App, string Session, string? Seal, DateTimeOffset EndsAt);

/// <summary>
/// What the portal tells itself over the browser while somebody is on the way in, encrypted and short-lived: where a way leads is the
/// portal's own word and never a parameter's. It holds nothing that lets anybody in.
/// </summary>
internal sealed class AppWays(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private readonly IDataProtector begun = protection.CreateProtector("Portal.Apps.Begun.v1");
    private readonly IDataProtector held = protection.CreateProtector("Portal.Apps.Sealed.v1");

    /// <summary>Begins a way, for the program's host.</summary>
    public string Begin(AppVisit visit) =>
        Write(begun, new AppBegun(visit.Label, visit.Portal, visit.ProjectId, visit.ClusterId, visit.App, Stand(visit.SessionId), null, time.GetUtcNow() + Life));

    /// <summary>Reads a way on the program's host; null where it is none, none for this host, or too old.</summary>
    public AppBegun? ReadBegun(string text, string label) => Read(begun, text, label);

    /// <summary>Says of a way which browser it is for, for the portal.</summary>
    public string Seal(AppBegun way, string nonce) => Write(held, way with { Seal = AppNonce.SealOf(nonce), EndsAt = time.GetUtcNow() + Life });

    /// <summary>Gives the seal of the browser that a session began a way with; null where it is none, another session's or program's, or too old.</summary>
    public string? ReadSeal(string text, AppVisit visit) => Read(held, text, visit.Label) is { } way && way.Session == Stand(visit.SessionId) ? way.Seal : null;

    // The session's id is worth the session: it is in no address, not even encrypted.
    private static string Stand(string session) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes("app-way/" + session)));

    private static string Write(IDataProtector protector, AppBegun way) => protector.Protect(JsonSerializer.Serialize(way));

    private AppBegun? Read(IDataProtector protector, string text, string label)
    {
        try
        {
            return text.Length is > 0 and < 4096 && JsonSerializer.Deserialize<AppBegun>(protector.Unprotect(text)) is { } way && way.Label == label && way.EndsAt > time.GetUtcNow() ? way : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
