using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Delivery.Apps;

/// <summary>Secrets of 256 bits that nobody can guess: codes, and what a browser keeps to show that it is the one that asked.</summary>
public static class AppNonce
{
    /// <summary>How many characters one has.</summary>
    public const int Length = 43;
    private const int Bytes = 32;

    /// <summary>Makes one.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Gives its seal, from which nobody finds it: SHA-256, in hexadecimal.</summary>
    public static string SealOf(string nonce)
    {
        ArgumentNullException.ThrowIfNull(nonce);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nonce)));
    }

    /// <summary>Says whether a seal is of a nonce.</summary>
    public static bool Fits(string nonce, string seal)
    {
        ArgumentNullException.ThrowIfNull(seal);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(SealOf(nonce)), Encoding.UTF8.GetBytes(seal));
    }
}
