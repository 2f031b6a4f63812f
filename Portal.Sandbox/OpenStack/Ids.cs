using System.Globalization;
using System.Security.Cryptography;

namespace Portal.Sandbox.OpenStack;

/// <summary>Ids and times in the forms that OpenStack services give.</summary>
internal static class Ids
{
    private const string SuffixLetters = "abcdefghijklmnopqrstuvwxyz234567";

    public static string Uuid() => Guid.NewGuid().ToString();

    public static string Hex() => Guid.NewGuid().ToString("N");

    public static string Request() => "req-" + Uuid();

    /// <summary>Gives the twelve letters that Heat and Magnum put behind a name.</summary>
    public static string Suffix() => RandomNumberGenerator.GetString(SuffixLetters, 12);

    /// <summary>Magnum's time, to the second, as read back from its database.</summary>
    public static string? Time(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    /// <summary>Magnum's time in the answer to the very request that set it.</summary>
    public static string TimeExact(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture) + "+00:00";

    /// <summary>Heat's, Nova's and Glance's time.</summary>
    public static string? ZuluTime(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
