using System.Collections.Immutable;
using System.Globalization;

namespace Portal.Core.Clusters.Creation;

/// <summary>What a cluster takes of the project's room, as Magnum's Kubernetes drivers build it.</summary>
internal static class ClusterNeeds
{
    /// <summary>Gives the needs; resources of unknown flavors are left out.</summary>
    public static ImmutableArray<QuotaNeed> Of(ClusterSpec spec, ClusterChoices choices)
    {
        if (choices.Template(spec) is not { } template)
        {
            return [];
        }

        return [.. Amounts(spec, template, choices)
            .Where(a => a.Amount > 0)
            .Select(a => new QuotaNeed(a.Resource, a.Amount, choices.Room?.Quotas.FirstOrDefault(q => q.Resource == a.Resource)))];
    }

    private static IEnumerable<(string Resource, long Amount)> Amounts(ClusterSpec spec, ClusterTemplate template, ClusterChoices choices)
    {
        long masters = Math.Max(0, spec.MasterCount);
        long workers = Math.Max(0, spec.NodeCount);
        var nodes = masters + workers;
        yield return ("clusters", 1);
        yield return ("instances", nodes);
        var master = choices.Flavor(string.IsNullOrEmpty(spec.MasterFlavorId) ? template.MasterFlavorId : spec.MasterFlavorId);
        var worker = choices.Flavor(string.IsNullOrEmpty(spec.FlavorId) ? template.FlavorId : spec.FlavorId);
        if (master is not null && worker is not null)
        {
            yield return ("cores", (masters * master.Cores) + (workers * worker.Cores));
            yield return ("memory", (masters * master.MemoryMiB) + (workers * worker.MemoryMiB));
        }

        // Masters and workers each get an anti-affinity group; Nova's default of 10 ends at the fifth cluster.
        yield return ("server-groups", 2);
        foreach (var need in Volumes(spec, template, masters, nodes).Concat(Network(spec, template, nodes)))
        {
            yield return need;
        }
    }

    private static IEnumerable<(string Resource, long Amount)> Volumes(ClusterSpec spec, ClusterTemplate template, long masters, long nodes)
    {
        var labels = Labels(spec, template);
        long docker = spec.DockerVolumeSize ?? template.DockerVolumeSize ?? 0;
        var boot = Number(labels, "boot_volume_size");
        var etcd = Number(labels, "etcd_volume_size");
        yield return ("volumes", (docker > 0 ? nodes : 0) + (boot > 0 ? nodes : 0) + (etcd > 0 ? masters : 0));
        yield return ("gigabytes", (docker * nodes) + (boot * nodes) + (etcd * masters));
    }

    private static IEnumerable<(string Resource, long Amount)> Network(ClusterSpec spec, ClusterTemplate template, long nodes)
    {
        var labels = Labels(spec, template);
        var floatingLb = template.MasterLbEnabled && (labels.TryGetValue("master_lb_floating_ip_enabled", out var own) ? IsTrue(own) : template.FloatingIpEnabled);
        yield return ("floating-ips", (template.FloatingIpEnabled ? nodes : 0) + (floatingLb ? 1 : 0));
        // One for the API, one for etcd.
        yield return ("load-balancers", template.MasterLbEnabled ? 2 : 0);
        yield return ("security-groups", 2);
        if (string.IsNullOrEmpty(spec.FixedNetwork) && template.FixedNetwork is null)
        {
            yield return ("networks", 1);
            yield return ("routers", 1);
        }
    }

    private static Dictionary<string, string> Labels(ClusterSpec spec, ClusterTemplate template)
    {
        var labels = spec.MergeLabels || spec.Labels.IsEmpty ? new Dictionary<string, string>(template.Labels, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var label in spec.Labels)
        {
            labels[label.Key] = label.Value;
        }

        return labels;
    }

    private static long Number(Dictionary<string, string> labels, string key) =>
        long.TryParse(labels.GetValueOrDefault(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : 0;

    private static bool IsTrue(string value) => value.Trim() is "true" or "True" or "TRUE" or "1" or "yes";
}
