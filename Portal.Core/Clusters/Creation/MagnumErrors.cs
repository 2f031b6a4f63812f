using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Core.Backends;

namespace Portal.Core.Clusters.Creation;

/// <summary>Brings Magnum's refusals to the field they are about; the field's name is in Magnum's sentence only.</summary>
internal static partial class MagnumErrors
{
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["name"] = nameof(ClusterSpec.Name),
        ["cluster_template_id"] = nameof(ClusterSpec.TemplateId),
        ["node_count"] = nameof(ClusterSpec.NodeCount),
        ["master_count"] = nameof(ClusterSpec.MasterCount),
        ["keypair"] = nameof(ClusterSpec.Keypair),
        ["flavor_id"] = nameof(ClusterSpec.FlavorId),
        ["master_flavor_id"] = nameof(ClusterSpec.MasterFlavorId),
        ["fixed_network"] = nameof(ClusterSpec.FixedNetwork),
        ["fixed_subnet"] = nameof(ClusterSpec.FixedSubnet),
        ["docker_volume_size"] = nameof(ClusterSpec.DockerVolumeSize),
        ["labels"] = nameof(ClusterSpec.Labels),
        ["merge_labels"] = nameof(ClusterSpec.MergeLabels),
        ["create_timeout"] = nameof(ClusterSpec.CreateTimeout),
    };

    private static readonly (Regex Pattern, string Field, string Code)[] Sentences =
    [
        (Keypair(), nameof(ClusterSpec.Keypair), "keypair-not-found"),
        (Flavor(), nameof(ClusterSpec.FlavorId), "flavor-not-found"),
        (Template(), nameof(ClusterSpec.TemplateId), "template-not-found"),
        (MasterCount(), nameof(ClusterSpec.MasterCount), "master-count-needs-load-balancer"),
        (Network(), nameof(ClusterSpec.FixedNetwork), "network-not-found"),
        (Subnet(), nameof(ClusterSpec.FixedSubnet), "subnet-not-found"),
        (ClusterType(), nameof(ClusterSpec.TemplateId), "template-image-no-driver"),
        (Image(), nameof(ClusterSpec.TemplateId), "template-image-missing"),
        (Quota(), "", "quota-clusters"),
    ];

    /// <summary>Gives the errors by field; empty when it is no refusal of what was typed.</summary>
    public static ImmutableArray<FieldError> ToFields(BackendException e)
    {
        if (e.Failure is not (BackendFailure.Invalid or BackendFailure.NotFound or BackendFailure.Conflict or BackendFailure.QuotaExceeded))
        {
            return [];
        }

        var answer = e.Answer ?? "";
        if (Attribute().Match(answer) is { Success: true } attribute && Fields.TryGetValue(attribute.Groups["field"].Value, out var field))
        {
            return [FieldError.Of(field, "magnum-invalid", ("message", Rest(answer)))];
        }

        foreach (var (pattern, about, code) in Sentences)
        {
            if (pattern.Match(answer) is { Success: true } match)
            {
                return [FieldError.Of(about, code, ("value", match.Groups["value"].Value.TrimEnd('.')), ("message", answer))];
            }
        }

        return [FieldError.Of("", e.Failure is BackendFailure.QuotaExceeded ? "quota" : "magnum", ("message", answer))];
    }

    // "Invalid input for field/attribute name. Value: '1 bad'. Value should match …": the last part says what is wrong.
    private static string Rest(string answer) => Value().Match(answer) is { Success: true } match ? match.Groups["rest"].Value : answer;

    [GeneratedRegex(@"(?:Invalid input for field/attribute|Unknown attribute for argument cluster:) ?(?<field>\w+)")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"Value: '.*'\. (?<rest>.+)$", RegexOptions.Singleline)]
    private static partial Regex Value();

    [GeneratedRegex(@"Unable to find keypair (?<value>\S+)")]
    private static partial Regex Keypair();

    [GeneratedRegex(@"Unable to find flavor (?<value>\S+)")]
    private static partial Regex Flavor();

    [GeneratedRegex(@"Cluster ?[Tt]emplate (?<value>\S+) could not be found")]
    private static partial Regex Template();

    [GeneratedRegex(@"master_count must be 1 when master_lb_enabled is False")]
    private static partial Regex MasterCount();

    [GeneratedRegex(@"Unable to find (?:\w+ )?network (?<value>\S+)")]
    private static partial Regex Network();

    [GeneratedRegex(@"Unable to find (?:\w+ )?subnet (?<value>\S+)")]
    private static partial Regex Subnet();

    [GeneratedRegex(@"Cluster type \((?<value>[^)]*)\) not supported")]
    private static partial Regex ClusterType();

    [GeneratedRegex(@"(?:Unable to find image|Image) (?<value>\S+)(?: could not be found)?")]
    private static partial Regex Image();

    [GeneratedRegex(@"reached the maximum clusters per project, (?<value>\d+)")]
    private static partial Regex Quota();
}
