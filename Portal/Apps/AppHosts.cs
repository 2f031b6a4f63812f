using Microsoft.Extensions.Options;
using Portal.Core.Delivery.Apps;

namespace Portal.Apps;

/// <summary>Which hosts are programs' and which the portal's.</summary>
internal sealed class AppHosts(IOptions<AppsOptions> options)
{
    private readonly Uri? portal = options.Value.PortalAddress is { Length: > 0 } address ? new Uri(address) : null;
    private readonly string? domain = options.Value.Domain is { Length: > 0 } name ? name : null;

    /// <summary>Gets whether the site has such hosts.</summary>
    public bool AreThere => domain is not null;

    /// <summary>Says whether a host is the domain or below it; nothing of the portal's own is served there, whatever the label.</summary>
    public bool Owns(HostString host) => domain is not null && Name(host) is var name && (name == domain || name.EndsWith("." + domain, StringComparison.Ordinal));

    /// <summary>Gives the label of a program's host, or null for a host that no program has.</summary>
    public string? LabelOf(HostString host)
    {
        var name = Name(host);
        return domain is not null && name.EndsWith("." + domain, StringComparison.Ordinal) && name[..^(domain.Length + 1)] is var label && AppLabel.IsOne(label) ? label : null;
    }

    /// <summary>
    /// Gives the portal's own origin: the configured one. What a request says of its host is believed only of this machine's own
    /// names: elsewhere it is anybody's to choose, and browsers would be led there.
    /// </summary>
    public Uri? Portal(HttpRequest request) => portal ?? (AppsOptions.IsLocal(Name(request.Host)) ? new Uri($"{request.Scheme}://{request.Host}") : null);

    /// <summary>Gives the origin of a program's host, at the scheme and port of the portal itself.</summary>
    public string Origin(string label, Uri own) => $"{own.Scheme}://{label}.{domain}{(own.IsDefaultPort ? "" : $":{own.Port}")}";

    // A name with the root's dot is the same host to DNS.
    private static string Name(HostString host) => host.Host.TrimEnd('.').ToLowerInvariant();
}
