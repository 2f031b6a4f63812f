using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Nova;

/// <summary>SSH keys as Nova makes and reads them.</summary>
internal static class SshKeys
{
    /// <summary>The public key of declared keypairs that give none.</summary>
    public const string Declared =
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDDIZC4YFLEc03RNrr6tBxcsIq+9CWAdnYpJYl/eC8Pk7db+DqHiPTvEQPOC15DF/bH++DovOA7y+gJEPhbNrsxsM5+ABI5XsM1ad7eV46QF6I0AUgFU9FrMazd6CUK26glAKK/x5hPATKLTSJgg8inKxW9iACIM92FoxxARiu70Ha/2H2T5V5oCF58K38W3R/GR1XYlk/c4wbAoe9b3GmdtgXR/EmO5CZ5BDXz33Gjeg5XPfjfX26F/9UxcvoLUG3wGSOwMQ/ttDdBqBl6JSZjPacAlwz2brrC2uDJQ7wKHYqNzGEt/F9GUX8YB2eHrFERnnYWcoyZEmF1vFcOx1VP Generated-by-Nova";

    /// <summary>Makes a keypair row of a public key; null when the text is no key.</summary>
    public static Keypair? Read(string user, string name, string publicKey, int id, DateTimeOffset now)
    {
        var parts = publicKey.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || !(parts[0].StartsWith("ssh-", StringComparison.Ordinal) || parts[0].StartsWith("ecdsa-", StringComparison.Ordinal)))
        {
            return null;
        }

        var blob = new byte[parts[1].Length];
        if (!Convert.TryFromBase64String(parts[1], blob, out var length))
        {
            return null;
        }

        return new Keypair { User = user, Name = name, PublicKey = publicKey, Fingerprint = Fingerprint(blob.AsSpan(0, length)), Id = id, Created = now };
    }

    /// <summary>Makes a new key; gives the public line and the private key.</summary>
    public static (string Public, string Private) Make()
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(false);
        var blob = new List<byte>();
        Add(blob, Encoding.ASCII.GetBytes("ssh-rsa"));
        Add(blob, parameters.Exponent!);
        Add(blob, [0, .. parameters.Modulus!]);
        return ($"ssh-rsa {Convert.ToBase64String([.. blob])} Generated-by-Nova", key.ExportRSAPrivateKeyPem() + "\n");
    }

    private static void Add(List<byte> blob, byte[] field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        blob.AddRange(length.ToArray());
        blob.AddRange(field);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "Nova shows fingerprints in MD5.")]
    private static string Fingerprint(ReadOnlySpan<byte> blob) => string.Join(':', MD5.HashData(blob).Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
}
