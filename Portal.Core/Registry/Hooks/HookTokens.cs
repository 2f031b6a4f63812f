using System.Security.Cryptography;
using Portal.Core.Storage;

namespace Portal.Core.Registry.Hooks;

/// <summary>
/// The tokens that Harbor shows when it tells something: the project's id, encrypted under the portal's master key, so that nothing has to be
/// kept. Harbor shows them to whoever administers the project there; with one, nothing can be done but to say that this project's images changed.
/// </summary>
internal sealed class HookTokens(ISecretProtector protector)
{
    public const string Scheme = "Bearer ";
    private const string Purpose = "registry-hook";
    private const int Longest = 1024;

    /// <summary>Gives a header that proves the project.</summary>
    public string Make(string projectId) => Scheme + protector.Protect(Purpose, projectId);

    /// <summary>Gives the project's id, or null when the token is none of ours.</summary>
    public string? Read(string token)
    {
        if (token.Length is 0 or > Longest)
        {
            return null;
        }

        try
        {
            return protector.Unprotect(Purpose, token);
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Says whether a header that Harbor keeps proves this project.</summary>
    public bool Proves(string? header, string projectId) =>
        header?.StartsWith(Scheme, StringComparison.Ordinal) == true && Read(header[Scheme.Length..]) == projectId;
}
