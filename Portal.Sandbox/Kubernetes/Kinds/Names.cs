using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Kubernetes.Kinds;

/// <summary>Names: random endings, hashes of templates, and what a name may look like.</summary>
internal static partial class Names
{
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";
    public const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    public const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    public const string Label1035 = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    public static string Random(int length) => RandomNumberGenerator.GetString(Letters, length);

    /// <summary>Gives the hash of a pod template: the same for the same template.</summary>
    public static string Hash(JsonNode template)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(template.ToJsonString()));
        var number = (BitConverter.ToUInt32(bytes) | 0x4000_0000u).ToString(CultureInfo.InvariantCulture);
        var letters = new string([.. number.Select(c => Letters[c % Letters.Length])]);
        return letters.Length > 10 ? letters[..10] : letters;
    }

    public static bool IsSubdomain(string name) => name.Length is > 0 and <= 253 && SubdomainPattern().IsMatch(name);

    public static bool IsLabel(string name) => name.Length is > 0 and <= 63 && LabelPattern().IsMatch(name);

    public static bool IsLabel1035(string name) => name.Length is > 0 and <= 63 && Label1035Pattern().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex LabelPattern();

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex Label1035Pattern();
}
