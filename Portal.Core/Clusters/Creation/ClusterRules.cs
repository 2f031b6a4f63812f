using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Core.Clusters.Creation;

/// <summary>Magnum's own rules for a new cluster, and what a platform needs beyond them.</summary>
internal static partial class ClusterRules
{
    private const int MaxName = 242;

    /// <summary>Gives what is to be corrected.</summary>
    public static IEnumerable<FieldError> Check(ClusterSpec spec, ClusterChoices choices)
    {
        var template = choices.Template(spec);
        return Name(spec, choices)
            .Concat(Template(spec, template, choices))
            .Concat(Counts(spec, template))
            .Concat(Keypair(spec, template, choices))
            .Concat(Flavors(spec, template, choices))
            .Concat(Networks(spec, template, choices))
            .Concat(Labels(spec))
            .Concat(Rest(spec));
    }

    private static IEnumerable<FieldError> Name(ClusterSpec spec, ClusterChoices choices)
    {
        if (spec.Name.Length == 0)
        {
            yield return FieldError.Of(nameof(spec.Name), "name-needed");
        }
        else if (spec.Name.Length > MaxName)
        {
            yield return FieldError.Of(nameof(spec.Name), "name-too-long", ("max", Text(MaxName)));
        }
        else if (!NamePattern().IsMatch(spec.Name))
        {
            yield return FieldError.Of(nameof(spec.Name), "name-pattern", ("pattern", "^[a-zA-Z][a-zA-Z0-9_.-]*$"));
        }
        else if (choices.Names.Contains(spec.Name))
        {
            // Magnum takes it; people then have two of one name.
            yield return FieldError.Of(nameof(spec.Name), "name-taken", ("name", spec.Name)) with { IsWarning = true };
        }
    }

    private static IEnumerable<FieldError> Template(ClusterSpec spec, ClusterTemplate? template, ClusterChoices choices)
    {
        if (spec.TemplateId.Length == 0)
        {
            yield return FieldError.Of(nameof(spec.TemplateId), "template-needed");
        }
        else if (choices.Templates is not null && template is null)
        {
            yield return FieldError.Of(nameof(spec.TemplateId), "template-not-found", ("value", spec.TemplateId));
        }
        else if (template is { Coe: not "kubernetes" })
        {
            yield return FieldError.Of(nameof(spec.TemplateId), "template-not-kubernetes", ("coe", template.Coe));
        }
        else if (template is { TlsDisabled: true })
        {
            yield return FieldError.Of(nameof(spec.TemplateId), "template-without-tls");
        }
        else if (template?.ImageId is { } id && choices.Images is { } images)
        {
            var image = images.FirstOrDefault(i => i.Id == id || i.Name == id);
            if (image is null)
            {
                yield return FieldError.Of(nameof(spec.TemplateId), "template-image-missing", ("value", id));
            }
            else if (string.IsNullOrEmpty(image.OsDistro))
            {
                yield return FieldError.Of(nameof(spec.TemplateId), "template-image-no-driver", ("value", image.Name));
            }
        }
    }

    private static IEnumerable<FieldError> Counts(ClusterSpec spec, ClusterTemplate? template)
    {
        // Magnum takes 0 workers; nothing of a platform would ever run there.
        if (spec.NodeCount < 1)
        {
            yield return FieldError.Of(nameof(spec.NodeCount), "node-count-too-small", ("min", "1"));
        }

        if (spec.MasterCount < 1)
        {
            yield return FieldError.Of(nameof(spec.MasterCount), "master-count-too-small", ("min", "1"));
        }
        else if (spec.MasterCount > 1 && template is { MasterLbEnabled: false })
        {
            yield return FieldError.Of(nameof(spec.MasterCount), "master-count-needs-load-balancer");
        }
        else if (spec.MasterCount % 2 == 0)
        {
            // Magnum takes it; etcd with an even number survives no more failures than with one less.
            yield return FieldError.Of(nameof(spec.MasterCount), "master-count-even", ("count", Text(spec.MasterCount))) with { IsWarning = true };
        }
    }

    private static IEnumerable<FieldError> Keypair(ClusterSpec spec, ClusterTemplate? template, ClusterChoices choices)
    {
        var named = string.IsNullOrEmpty(spec.Keypair) ? template?.KeypairId : spec.Keypair;
        if (named is not null && choices.Keypairs is { } own && own.All(k => k.Name != named))
        {
            yield return FieldError.Of(nameof(spec.Keypair), string.IsNullOrEmpty(spec.Keypair) ? "template-keypair-not-yours" : "keypair-not-yours", ("value", named));
        }
    }

    private static IEnumerable<FieldError> Flavors(ClusterSpec spec, ClusterTemplate? template, ClusterChoices choices) =>
        Flavor(nameof(spec.FlavorId), spec.FlavorId, template is not null, template?.FlavorId, choices)
            .Concat(Flavor(nameof(spec.MasterFlavorId), spec.MasterFlavorId, template is not null, template?.MasterFlavorId, choices));

    private static IEnumerable<FieldError> Flavor(string field, string? given, bool hasTemplate, string? ofTemplate, ClusterChoices choices)
    {
        var named = string.IsNullOrEmpty(given) ? ofTemplate : given;
        if (named is null)
        {
            if (hasTemplate)
            {
                yield return FieldError.Of(field, "flavor-needed");
            }
        }
        else if (choices.Flavors is not null && choices.Flavor(named) is null)
        {
            yield return FieldError.Of(field, string.IsNullOrEmpty(given) ? "template-flavor-not-found" : "flavor-not-found", ("value", named));
        }
    }

    private static IEnumerable<FieldError> Networks(ClusterSpec spec, ClusterTemplate? template, ClusterChoices choices)
    {
        if (!string.IsNullOrEmpty(spec.FixedNetwork) && choices.Networks is { } networks)
        {
            var found = networks.Where(n => n.Id == spec.FixedNetwork || n.Name == spec.FixedNetwork).ToList();
            if (found.Count == 0)
            {
                yield return FieldError.Of(nameof(spec.FixedNetwork), "network-not-found", ("value", spec.FixedNetwork));
            }
            else if (found.Count > 1)
            {
                yield return FieldError.Of(nameof(spec.FixedNetwork), "network-ambiguous", ("value", spec.FixedNetwork));
            }
            else if (found[0].IsExternal)
            {
                yield return FieldError.Of(nameof(spec.FixedNetwork), "network-external", ("value", spec.FixedNetwork));
            }
        }
        else if (!string.IsNullOrEmpty(spec.FixedSubnet) && string.IsNullOrEmpty(spec.FixedNetwork) && template?.FixedNetwork is null)
        {
            yield return FieldError.Of(nameof(spec.FixedSubnet), "subnet-without-network");
        }
    }

    private static IEnumerable<FieldError> Labels(ClusterSpec spec)
    {
        for (var i = 0; i < spec.Labels.Length; i++)
        {
            var (key, value) = spec.Labels[i];
            if (key.Length == 0)
            {
                yield return FieldError.Of($"Labels[{i}].Key", "label-key-needed");
            }
            else if (spec.Labels.Take(i).Any(l => l.Key == key))
            {
                yield return FieldError.Of($"Labels[{i}].Key", "label-twice", ("key", key));
            }
            else if (key != key.Trim() || value != value.Trim())
            {
                // Sent exactly as typed all the same.
                yield return FieldError.Of($"Labels[{i}].Key", "label-space", ("key", key)) with { IsWarning = true };
            }
        }
    }

    private static IEnumerable<FieldError> Rest(ClusterSpec spec)
    {
        if (spec.DockerVolumeSize is < 1)
        {
            yield return FieldError.Of(nameof(spec.DockerVolumeSize), "volume-too-small", ("min", "1"));
        }

        if (spec.CreateTimeout < TimeSpan.FromMinutes(1))
        {
            yield return FieldError.Of(nameof(spec.CreateTimeout), "timeout-too-short", ("min", "1"));
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9_.-]*\z")]
    private static partial Regex NamePattern();
}
