using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Core.Clusters;

namespace Portal.Core.Registry.Creation;

/// <summary>A Harbor as it is asked for: values of the parameters of <c>deploy/heat/harbor.yaml</c>. Holds no secret.</summary>
public sealed record HarborSpec
{
    /// <summary>Gets the stack's name; server and volume are called by it.</summary>
    public string Name { get; init; } = "harbor";

    /// <summary>Gets the name under which people, nodes and the portal reach it.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Gets the prepared image, by id or name.</summary>
    public string Image { get; init; } = "";

    /// <summary>Gets the flavor, by id or name.</summary>
    public string Flavor { get; init; } = "";

    /// <summary>Gets the network to stand in, or empty for one of its own.</summary>
    public string Network { get; init; } = "";

    /// <summary>Gets the network that the own network's router leads to; needed without <see cref="Network"/>.</summary>
    public string ExternalNetwork { get; init; } = "";

    /// <summary>Gets the external network to take a new floating IP from, or empty.</summary>
    public string FloatingNetwork { get; init; } = "";

    /// <summary>Gets the id of a floating IP that outlives the stack, or empty.</summary>
    public string FloatingIp { get; init; } = "";

    /// <summary>Gets the size of a new volume in GiB.</summary>
    public int VolumeSize { get; init; } = 200;

    /// <summary>Gets the type of a new volume, or empty for the default.</summary>
    public string VolumeType { get; init; } = "";

    /// <summary>Gets the id of an earlier Harbor's volume, or empty for a new one.</summary>
    public string Volume { get; init; } = "";

    /// <summary>Gets from where HTTPS is let in.</summary>
    public string ClientCidr { get; init; } = "0.0.0.0/0";

    /// <summary>Gets from where SSH is let in, or empty for from nowhere.</summary>
    public string SshCidr { get; init; } = "";

    /// <summary>Gets the key pair for SSH, or empty.</summary>
    public string KeyName { get; init; } = "";

    /// <summary>Gets the addresses of the own network, or empty for the template's.</summary>
    public string OwnCidr { get; init; } = "";

    /// <summary>Gets the name servers of the own network, by commas, or empty.</summary>
    public string NameServers { get; init; } = "";

    /// <summary>Gets the id of the subnet for the address of an Octavia load balancer in front, or empty for none.</summary>
    public string BalancerSubnet { get; init; } = "";

    /// <summary>Gets the address of the Barbican container or secret with the certificate that the load balancer shows, or empty: TLS then ends at Harbor.</summary>
    public string BalancerCertificate { get; init; } = "";

    /// <summary>Gets the address of Harbor's offline installer on the site's mirror, or empty when the image has it.</summary>
    public string Mirror { get; init; } = "";

    /// <summary>Gets the SHA-256 of that file.</summary>
    public string MirrorSha256 { get; init; } = "";

    /// <summary>Gets the name of the account that the portal makes for itself.</summary>
    public string UserName { get; init; } = "portal";
}

/// <summary>Says what is to be corrected in a <see cref="HarborSpec"/>, by the template's own constraints.</summary>
public static partial class HarborSpecRules
{
    /// <summary>Checks the fields; what exists in the cloud is checked by Heat.</summary>
    public static ImmutableArray<FieldError> Check(HarborSpec spec)
    {
        var errors = ImmutableArray.CreateBuilder<FieldError>();
        Demand(StackName().IsMatch(spec.Name), FieldError.Of(nameof(HarborSpec.Name), "harbor-stack-name"));
        Demand(Host().IsMatch(spec.Hostname) && spec.Hostname.Contains('.', StringComparison.Ordinal), FieldError.Of(nameof(HarborSpec.Hostname), "harbor-hostname"));
        Demand(spec.Image.Length > 0, FieldError.Of(nameof(HarborSpec.Image), "harbor-image-missing"));
        Demand(spec.Flavor.Length > 0, FieldError.Of(nameof(HarborSpec.Flavor), "harbor-flavor-missing"));
        Demand(spec.Network.Length > 0 || spec.ExternalNetwork.Length > 0, FieldError.Of(nameof(HarborSpec.ExternalNetwork), "harbor-external-network-missing"));
        Demand(spec.FloatingIp.Length == 0 || Guid.TryParseExact(spec.FloatingIp, "D", out _), FieldError.Of(nameof(HarborSpec.FloatingIp), "harbor-floating-ip-id"));
        Demand(spec.VolumeSize is >= 1 and <= 65536 || spec.Volume.Length > 0, FieldError.Of(nameof(HarborSpec.VolumeSize), "harbor-volume-size"));
        Demand(spec.Volume.Length == 0 || Guid.TryParseExact(spec.Volume, "D", out _), FieldError.Of(nameof(HarborSpec.Volume), "harbor-volume-id"));
        Demand(IsCidr(spec.ClientCidr), FieldError.Of(nameof(HarborSpec.ClientCidr), "harbor-cidr"));
        Demand(spec.SshCidr.Length == 0 || IsCidr(spec.SshCidr), FieldError.Of(nameof(HarborSpec.SshCidr), "harbor-cidr"));
        Demand(spec.OwnCidr.Length == 0 || IsCidr(spec.OwnCidr), FieldError.Of(nameof(HarborSpec.OwnCidr), "harbor-cidr"));
        Demand(spec.NameServers.Split(',').All(IsAddress), FieldError.Of(nameof(HarborSpec.NameServers), "harbor-name-servers"));
        Demand(spec.BalancerSubnet.Length == 0 || Guid.TryParseExact(spec.BalancerSubnet, "D", out _), FieldError.Of(nameof(HarborSpec.BalancerSubnet), "harbor-subnet-id"));
        Demand(spec.BalancerCertificate.Length == 0 || spec.BalancerSubnet.Length > 0, FieldError.Of(nameof(HarborSpec.BalancerCertificate), "harbor-certificate-alone"));
        Demand(spec.Mirror.Length == 0 || Address().IsMatch(spec.Mirror), FieldError.Of(nameof(HarborSpec.Mirror), "harbor-mirror"));
        Demand(spec.Mirror.Length == 0 || Sha().IsMatch(spec.MirrorSha256), FieldError.Of(nameof(HarborSpec.MirrorSha256), "harbor-mirror-sha"));
        Demand(Account().IsMatch(spec.UserName) && spec.UserName != "admin", FieldError.Of(nameof(HarborSpec.UserName), "harbor-account-name"));
        return errors.ToImmutable();

        void Demand(bool holds, FieldError error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }

    /// <summary>Gives the template's parameters; what is empty is left to its defaults.</summary>
    internal static ImmutableDictionary<string, string> Parameters(HarborSpec spec, string bootstrapKey, int timeoutSeconds) => new (string Name, string Value)[]
    {
        ("hostname", spec.Hostname), ("image", spec.Image), ("flavor", spec.Flavor), ("network", spec.Network), ("external_network", spec.ExternalNetwork),
        ("floating_network", spec.FloatingNetwork), ("floating_ip", spec.FloatingIp), ("volume_type", spec.VolumeType), ("volume", spec.Volume), ("client_cidr", spec.ClientCidr),
        ("volume_size", spec.VolumeSize.ToString(CultureInfo.InvariantCulture)), ("mirror", spec.Mirror), ("mirror_sha256", spec.MirrorSha256),
        ("ssh_cidr", spec.SshCidr), ("key_name", spec.KeyName), ("cidr", spec.OwnCidr), ("nameservers", spec.NameServers),
        ("balancer_subnet", spec.BalancerSubnet), ("balancer_certificate", spec.BalancerCertificate),
        ("timeout", timeoutSeconds.ToString(CultureInfo.InvariantCulture)), ("bootstrap_key", bootstrapKey),
    }.Where(p => p.Value.Length > 0).ToImmutableDictionary(p => p.Name, p => p.Value);

    private static bool IsAddress(string text) => text.Length == 0 || System.Net.IPAddress.TryParse(text.Trim(), out _);

    private static bool IsCidr(string text) => System.Net.IPNetwork.TryParse(text, out _);

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.-]{0,62}\\z")]
    private static partial Regex StackName();

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\\z")]
    private static partial Regex Host();

    [GeneratedRegex("^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._/~%+-]+\\z")]
    private static partial Regex Address();

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Sha();

    [GeneratedRegex("^[a-z][a-z0-9-]{1,62}\\z")]
    private static partial Regex Account();
}
