using System.Net;
using System.Text.RegularExpressions;
using Portal.Core.Logs.Kibana;

namespace Portal.Core.Delivery.Apps;

/// <summary>How people get to the pages of clusters' programs. Bound from the section <see cref="Section"/>.</summary>
public sealed partial class AppsOptions
{
    /// <summary>Name of the section in the configuration.</summary>
    public const string Section = "Portal:Apps";

    /// <summary>Gets or sets the domain under which each program of each cluster has a host of its own (<c>apps.portal.example.org</c>); null: the portal hands nothing on.</summary>
    public string? Domain { get; set; }

    /// <summary>Gets or sets the portal's own address as people know it (<c>https://portal.example.org</c>): where a way in leads back to. Needed with a domain, unless that is below <c>localhost</c>.</summary>
    public string? PortalAddress { get; set; }

    /// <summary>Gets or sets how many requests of one person are under way at once on all these hosts; further ones wait.</summary>
    public int AtOnce { get; set; } = 24;

    /// <summary>Gets or sets the most megabytes that a request may send to a program.</summary>
    public int LargestBody { get; set; } = 64;

    /// <summary>Gets or sets how long nothing may come from a program before its answer is given up.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets where people find Prometheus when there is no domain: <c>https://prometheus.{name}.example</c>; <c>{cluster}</c> (id), <c>{name}</c> and <c>{project}</c> (id) are replaced.</summary>
    public string? Prometheus { get; set; }

    /// <summary>Gets or sets where people find Jenkins when there is no domain.</summary>
    public string? Jenkins { get; set; }

    /// <summary>Says what is wrong, a sentence each.</summary>
    public static IEnumerable<string> Failures(AppsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Domain is { Length: > 0 } domain && !HostName().IsMatch(domain))
        {
            yield return $"{Section}:Domain must be a host name of two labels or more such as apps.portal.example.org, without scheme, port and star.";
        }

        if (PortalFailure(options) is { } failure)
        {
            yield return failure;
        }

        foreach (var (name, address) in new[] { (nameof(Prometheus), options.Prometheus), (nameof(Jenkins), options.Jenkins) })
        {
            if (address is { Length: > 0 } && KibanaOptions.Resolve(address, "c", "n", "p") is null)
            {
                yield return $"{Section}:{name} must be an http or https address; {{cluster}}, {{name}} and {{project}} in it are replaced.";
            }
        }

        if (options.AtOnce is < 1 or > 1000)
        {
            yield return $"{Section}:AtOnce must be from 1 to 1000.";
        }

        if (options.LargestBody is < 1 or > 1024)
        {
            yield return $"{Section}:LargestBody must be from 1 to 1024.";
        }

        if (options.Patience < TimeSpan.FromSeconds(10) || options.Patience > TimeSpan.FromHours(1))
        {
            yield return $"{Section}:Patience must be from ten seconds to an hour.";
        }
    }

    /// <summary>Says whether a host is this machine's own, so that nobody else's page can be behind it.</summary>
    public static bool IsLocal(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    // What a request says of its own host is anybody's to choose; nobody is led there.
    private static string? PortalFailure(AppsOptions options)
    {
        var domain = options.Domain ?? "";
        if (options.PortalAddress is not { Length: > 0 } text)
        {
            return domain.Length == 0 || IsLocal(domain) ? null : $"{Section}:PortalAddress must be the portal's own address, such as https://portal.example.org, where there is a {Section}:Domain.";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/" || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            return $"{Section}:PortalAddress must be an http or https address without a path.";
        }

        return domain.Length > 0 && (address.Host == domain || address.Host.EndsWith("." + domain, StringComparison.Ordinal)) ? $"{Section}:PortalAddress must not be at {Section}:Domain or below it." : null;
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
