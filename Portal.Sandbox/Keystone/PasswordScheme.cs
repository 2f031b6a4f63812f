using System.Security.Cryptography;
using System.Text;

namespace Portal.Sandbox.Keystone;

/// <summary>Compares secrets in constant time. They are kept as they are: this is a sandbox, and its world file shows them anyway.</summary>
internal static class PasswordScheme
{
    public static bool Same(string? kept, string? given) =>
        kept is not null && given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept), Encoding.UTF8.GetBytes(given));
}
