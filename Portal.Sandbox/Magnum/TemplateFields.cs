using System.Text.Json.Nodes;
using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Magnum;

/// <summary>The attributes of a cluster template: which there are, what they default to, what they must name.</summary>
internal static class TemplateFields
{
    /// <summary>Gets the settable attributes in the order in which they are shown.</summary>
    public static readonly string[] Shown =
    [
        "name", "coe", "image_id", "flavor_id", "master_flavor_id", "dns_nameserver", "keypair_id", "external_network_id", "fixed_network", "fixed_subnet",
        "network_driver", "apiserver_port", "docker_volume_size", "cluster_distro", "http_proxy", "https_proxy", "no_proxy", "volume_driver", "registry_enabled",
        "labels", "tls_disabled", "public", "server_type", "insecure_registry", "docker_storage_driver", "master_lb_enabled", "floating_ip_enabled",
    ];

    public static readonly HashSet<string> Known =
        [.. Shown, "hidden", "tags", "uuid", "links", "project_id", "user_id", "created_at", "updated_at", "driver"];

    private static readonly string[] Texts =
    [
        "dns_nameserver", "keypair_id", "external_network_id", "fixed_network", "fixed_subnet", "network_driver", "http_proxy", "https_proxy", "no_proxy",
        "volume_driver", "insecure_registry", "docker_storage_driver", "tags",
    ];

    /// <summary>Reads and checks attributes, and fills in what is not given.</summary>
    public static JsonObject Read(JsonObject body, string argument)
    {
        var fields = new Fields(body, argument).Only(Known);
        fields.Labels();
        var port = fields.Integer("apiserver_port", 1024);
        var volume = fields.Integer("docker_volume_size", 1);
        var values = new JsonObject { ["name"] = fields.Name() ?? $"template-{Ids.Suffix()[..6]}" };
        values["coe"] = body["coe"] is null ? throw MagnumException.Missing("coe") : fields.OneOf("coe", "mesos", "swarm-mode", "swarm", "dcos", "kubernetes");
        values["image_id"] = fields.Text("image_id") ?? throw MagnumException.Missing("image_id");
        values["flavor_id"] = fields.Text("flavor_id");
        values["master_flavor_id"] = fields.Text("master_flavor_id");
        foreach (var name in Texts)
        {
            values[name] = fields.Text(name);
        }

        values["apiserver_port"] = port;
        values["docker_volume_size"] = volume;
        values["labels"] = LabelMaps.Show(fields.Labels() ?? []);
        values["network_driver"] ??= "flannel";
        values["server_type"] = fields.OneOf("server_type", "vm", "bm") ?? "vm";
        values["registry_enabled"] = fields.Flag("registry_enabled") ?? false;
        values["tls_disabled"] = fields.Flag("tls_disabled") ?? false;
        values["public"] = fields.Flag("public") ?? false;
        values["hidden"] = fields.Flag("hidden") ?? false;
        values["master_lb_enabled"] = fields.Flag("master_lb_enabled") ?? false;
        values["floating_ip_enabled"] = fields.Flag("floating_ip_enabled") ?? true;
        values["cluster_distro"] = body["cluster_distro"]?.DeepClone();
        return values;
    }

    /// <summary>Checks what the attributes name in the cloud, and finds the driver by the image.</summary>
    public static void CheckResources(Cloud cloud, JsonObject values, string projectId)
    {
        var distro = cloud.FindImage(values["image_id"]!.GetValue<string>())?.OsDistro;
        var (server, coe) = (values["server_type"]!.GetValue<string>(), values["coe"]!.GetValue<string>());
        if (distro is not ("fedora-coreos" or "fedora-atomic") || coe != "kubernetes" || server != "vm")
        {
            throw new MagnumException(400, $"Cluster type ({server}, {distro ?? "Unset"}, {coe}) not supported.");
        }

        values["cluster_distro"] = distro;
        if (values["network_driver"]?.GetValue<string>() is { } driver and not ("flannel" or "calico"))
        {
            throw new MagnumException(400, $"Network driver type {driver} is not supported, expecting a flannel/calico/unspecified network driver.");
        }

        if (values["volume_driver"]?.GetValue<string>() is { } volumes and not "cinder")
        {
            throw new MagnumException(400, $"Volume driver type {volumes} is not supported, expecting a cinder/unspecified volume driver.");
        }

        foreach (var name in new[] { "flavor_id", "master_flavor_id" })
        {
            CheckFlavor(cloud, values[name]?.GetValue<string>());
        }

        if (values["external_network_id"]?.GetValue<string>() is { } external && cloud.FindNetwork(external, projectId) is not { External: true })
        {
            throw new MagnumException(400, $"Unable to find external network {external}.");
        }
    }

    public static void CheckFlavor(Cloud cloud, string? flavor)
    {
        if (flavor is not null && cloud.FindFlavor(flavor) is null)
        {
            throw new MagnumException(400, $"Unable to find flavor {flavor}.");
        }
    }
}
