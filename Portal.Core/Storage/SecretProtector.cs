using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Storage;

/// <summary>
/// Envelope encryption: each secret has a data key of its own (AES-256-GCM, purpose as associated data), which is wrapped by a
/// master key. Text: <c>pse1.KEYID.WRAPPED.SECRET</c>, both parts nonce + ciphertext + tag in base64url.
/// </summary>
internal sealed class SecretProtector(MasterKeys keys) : ISecretProtector
{
    public const string Prefix = "pse1.";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <inheritdoc />
    public string Protect(string purpose, string plaintext)
    {
        var dataKey = RandomNumberGenerator.GetBytes(32);
        var secret = Encrypt(dataKey, Encoding.UTF8.GetBytes(plaintext), Encoding.UTF8.GetBytes(purpose));
        var text = Envelope(dataKey, secret);
        CryptographicOperations.ZeroMemory(dataKey);
        return text;
    }

    /// <inheritdoc />
    public string Unprotect(string purpose, string ciphertext)
    {
        var (dataKey, secret, _) = Open(ciphertext);
        return Encoding.UTF8.GetString(Decrypt(dataKey, Base64Url.DecodeFromChars(secret), Encoding.UTF8.GetBytes(purpose)));
    }

    /// <summary>Gives the text wrapped by the active master key; the same text when it is already. The secret itself is not opened.</summary>
    /// <exception cref="CryptographicException">Wrong key or damaged text.</exception>
    public string Rewrap(string ciphertext)
    {
        var (dataKey, secret, keyId) = Open(ciphertext);
        return keyId == keys.Active ? ciphertext : Envelope(dataKey, Base64Url.DecodeFromChars(secret));
    }

    private string Envelope(byte[] dataKey, byte[] secret) =>
        $"{Prefix}{keys.Active}.{Base64Url.EncodeToString(Encrypt(keys.Key(keys.Active), dataKey, WrapPurpose(keys.Active)))}.{Base64Url.EncodeToString(secret)}";

    private (byte[] DataKey, string Secret, string KeyId) Open(string ciphertext)
    {
        var parts = ciphertext.Split('.');
        if (parts.Length != 4 || parts[0] + "." != Prefix || !Base64Url.IsValid(parts[2]) || !Base64Url.IsValid(parts[3]))
        {
            throw new CryptographicException("Not a protected secret.");
        }

        return (Decrypt(keys.Key(parts[1]), Base64Url.DecodeFromChars(parts[2]), WrapPurpose(parts[1])), parts[3], parts[1]);
    }

    private static byte[] WrapPurpose(string keyId) => Encoding.UTF8.GetBytes($"portal data key under {keyId}");

    private static byte[] Encrypt(byte[] key, byte[] plain, byte[] associated)
    {
        var sealedText = new byte[NonceSize + plain.Length + TagSize];
        var nonce = sealedText.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, sealedText.AsSpan(NonceSize, plain.Length), sealedText.AsSpan(NonceSize + plain.Length), associated);
        return sealedText;
    }

    private static byte[] Decrypt(byte[] key, byte[] sealedText, byte[] associated)
    {
        if (sealedText.Length < NonceSize + TagSize)
        {
            throw new CryptographicException("Not a protected secret.");
        }

        var plain = new byte[sealedText.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(sealedText.AsSpan(0, NonceSize), sealedText.AsSpan(NonceSize, plain.Length), sealedText.AsSpan(NonceSize + plain.Length), plain, associated);
        return plain;
    }
}
