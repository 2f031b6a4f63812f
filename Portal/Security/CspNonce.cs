using System.Security.Cryptography;

namespace Portal.Security;

/// <summary>The nonce of one page's inline scripts; scoped, the same that the page's Content-Security-Policy names.</summary>
public sealed class CspNonce
{
    /// <summary>Gets the nonce.</summary>
    public string Value { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
}
