using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;

namespace Portal.Core.Delivery.Apps;

/// <summary>The first label of an app's host. Each program of each cluster has one of its own, and so an origin of its own in browsers.</summary>
public static partial class AppLabel
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Gives the label: <c>kibana-</c> and 80 bits that say nothing about the cluster.</summary>
    public static string Of(CloudRegion region, string clusterId, ClusterApp app)
    {
        ArgumentNullException.ThrowIfNull(region);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{region.Cloud}/{region.Region}/{clusterId}/{app}"));
        return $"{app.ToString().ToLowerInvariant()}-{string.Concat(hash.Take(16).Select(b => Letters[b & 31]))}";
    }

    /// <summary>Says whether a label has this form.</summary>
    public static bool IsOne(string label) => Form().IsMatch(label);

    [GeneratedRegex(@"\A(kibana|prometheus|jenkins)-[a-z2-7]{16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
