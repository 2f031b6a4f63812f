using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Clusters;
using Portal.Shared;

namespace Portal.Clusters.Create;

/// <summary>The form as it would be typed elsewhere: the openstack client, Magnum's API, Terraform.</summary>
public static class SameAsCluster
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Gives the three ways.</summary>
    public static IReadOnlyList<SameAs.Way> Of(ClusterSpec spec, ClusterTemplate? template) =>
        [new("CLI", Cli(spec, template)), new("HTTP", Http(spec)), new("Terraform", Terraform(spec))];

    private static string Cli(ClusterSpec spec, ClusterTemplate? template)
    {
        var lines = new List<string> { "openstack coe cluster create " + Quoted(Name(spec)) };
        void Add(string option, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                lines.Add($"  --{option} {Quoted(value)}");
            }
        }

        Add("cluster-template", template?.Name ?? spec.TemplateId);
        Add("master-count", Text(spec.MasterCount));
        Add("master-flavor", spec.MasterFlavorId);
        Add("node-count", Text(spec.NodeCount));
        Add("flavor", spec.FlavorId);
        Add("keypair", spec.Keypair);
        Add("docker-volume-size", spec.DockerVolumeSize is { } size ? Text(size) : null);
        Add("fixed-network", spec.FixedNetwork);
        Add("fixed-subnet", spec.FixedSubnet);
        Add("timeout", Text((int)spec.CreateTimeout.TotalMinutes));
        if (spec.Labels.Length > 0 && spec.MergeLabels)
        {
            lines.Add("  --merge-labels");
        }

        lines.AddRange(spec.Labels.Select(label => $"  --labels {Quoted($"{label.Key}={label.Value}")}"));
        return string.Join(" \\\n", lines);
    }

    private static string Http(ClusterSpec spec)
    {
        var body = new JsonObject { ["name"] = spec.Name, ["cluster_template_id"] = spec.TemplateId, ["master_count"] = spec.MasterCount, ["node_count"] = spec.NodeCount };
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                body[name] = value;
            }
        }

        Add("master_flavor_id", spec.MasterFlavorId);
        Add("flavor_id", spec.FlavorId);
        Add("keypair", spec.Keypair);
        Add("fixed_network", spec.FixedNetwork);
        Add("fixed_subnet", spec.FixedSubnet);
        if (spec.DockerVolumeSize is { } size)
        {
            body["docker_volume_size"] = size;
        }

        body["create_timeout"] = (int)spec.CreateTimeout.TotalMinutes;
        if (spec.Labels.Length > 0)
        {
            body["labels"] = new JsonObject(spec.Labels.DistinctBy(l => l.Key).Select(l => new KeyValuePair<string, JsonNode?>(l.Key, l.Value)));
            body["merge_labels"] = spec.MergeLabels;
        }

        return $"POST /v1/clusters\nContent-Type: application/json\nOpenStack-API-Version: container-infra 1.10\nX-Auth-Token: …\n\n{body.ToJsonString(Indented)}";
    }

    private static string Terraform(ClusterSpec spec)
    {
        var text = new StringBuilder("resource \"openstack_containerinfra_cluster_v1\" \"cluster\" {\n");
        void Add(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"  {name,-19} = {value}\n");
        void AddText(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Add(name, JsonSerializer.Serialize(value, Indented));
            }
        }

        AddText("name", Name(spec));
        AddText("cluster_template_id", spec.TemplateId);
        Add("master_count", Text(spec.MasterCount));
        AddText("master_flavor", spec.MasterFlavorId);
        Add("node_count", Text(spec.NodeCount));
        AddText("flavor", spec.FlavorId);
        AddText("keypair", spec.Keypair);
        AddText("fixed_network", spec.FixedNetwork);
        AddText("fixed_subnet", spec.FixedSubnet);
        if (spec.DockerVolumeSize is { } size)
        {
            Add("docker_volume_size", Text(size));
        }

        Add("create_timeout", Text((int)spec.CreateTimeout.TotalMinutes));
        if (spec.Labels.Length > 0)
        {
            Add("merge_labels", spec.MergeLabels ? "true" : "false");
            text.Append("  labels = {\n");
            foreach (var label in spec.Labels)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {JsonSerializer.Serialize(label.Key, Indented)} = {JsonSerializer.Serialize(label.Value, Indented)}\n");
            }

            text.Append("  }\n");
        }

        return text.Append('}').ToString();
    }

    private static string Name(ClusterSpec spec) => spec.Name.Length == 0 ? "NAME" : spec.Name;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '=' or '/' or ':' or ',') ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
