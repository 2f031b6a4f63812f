using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Portal.Core.Storage;

/// <summary>The master keys by id; the active one encrypts. Read once at start.</summary>
internal sealed class MasterKeys
{
    private readonly ImmutableDictionary<string, byte[]> keys;

    private MasterKeys(string active, ImmutableDictionary<string, byte[]> keys)
    {
        Active = active;
        this.keys = keys;
    }

    /// <summary>Gets the id of the key that encrypts.</summary>
    public string Active { get; }

    /// <exception cref="CryptographicException">No such key.</exception>
    public byte[] Key(string id) => keys.TryGetValue(id, out var key) ? key : throw new CryptographicException($"Master key '{id}' is not among the configured ones.");

    /// <summary>Reads lines <c>ID:BASE64</c>; empty lines and lines beginning with # do not count.</summary>
    /// <exception cref="StorageException">Not such lines; the message names <paramref name="option"/> and holds no key.</exception>
    public static MasterKeys Parse(string text, string option)
    {
        var lines = text.Split(['\n', '\r', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#');
        var entries = lines.Select(line => Entry(line, option)).ToArray();
        return entries.Length > 0 && entries.DistinctBy(e => e.Id).Count() == entries.Length
            ? new(entries[0].Id, entries.ToImmutableDictionary(e => e.Id, e => e.Key))
            : throw new StorageException($"Option {option}: there must be at least one key, and each id once.");
    }

    private static (string Id, byte[] Key) Entry(string line, string option)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var id = colon > 0 ? line[..colon] : "";
        var key = new byte[33];
        if (id.Length is 0 or > 40 || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            || !Convert.TryFromBase64String(line[(colon + 1)..], key, out var length) || length != 32)
        {
            throw new StorageException($"Option {option}: a line is not ID:BASE64 with 32 bytes (make one: openssl rand -base64 32).");
        }

        return (id, key[..32]);
    }
}
