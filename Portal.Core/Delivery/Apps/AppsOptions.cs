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

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
