using Portal.Core.Backends;

namespace Portal.Core.Kubernetes;

/// <summary>A program of the platform in a cluster that has pages for people.</summary>
public enum ClusterApp
{
    /// <summary>Kibana, as the user who may read logs and change nothing.</summary>
    Kibana,

    /// <summary>Prometheus, for reading.</summary>
    Prometheus,

    /// <summary>Jenkins, which has a sign-in of its own.</summary>
    Jenkins,
}

/// <summary>Where a person finds a program's pages.</summary>
/// <param name="Base">A configured address without a slash at its end, or the path of the portal's own way in.</param>
/// <param name="IsThroughPortal">Whether it is the portal's own way in.</param>
public sealed record AppAddress(string Base, bool IsThroughPortal)
{
    /// <summary>Gives the address of one of the program's pages. A fragment stays one: browsers keep it over redirects.</summary>
    /// <param name="target">The program's path, query and fragment, encoded, beginning with a slash.</param>
    public string To(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!IsThroughPortal)
        {
            return Base + target;
        }

        var cut = target.IndexOf('#', StringComparison.Ordinal);
        var (path, fragment) = cut < 0 ? (target, "") : (target[..cut], target[cut..]);
        return $"{Base}?path={Uri.EscapeDataString(path)}{fragment}";
    }
}

/// <summary>Tells where people find the programs' pages: through the portal, at addresses that the site configured, or nowhere.</summary>
public interface IClusterApps
{
    /// <summary>Gives where, or null where it is not offered, or not to this person. Whether the cluster has the program is not asked.</summary>
    /// <exception cref="ForbiddenException">The scope may not read.</exception>
    AppAddress? Find(Scope scope, string clusterId, string clusterName, ClusterApp app);
}
