using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Heat;

/// <summary>A failure in Heat's words: the class of the error, and its message.</summary>
internal sealed record Failure(string Type, string Message);

/// <summary>
/// Why stacks fail: because the project's quotas are full, because something named does not exist, or because a switch
/// (<c>fail_clusters</c>, <c>fail:CAUSE</c>) or the cluster's label <c>sandbox_fail</c> asks for it. docs/sandbox.md has the causes.
/// </summary>
internal sealed class StackFailures(Cloud cloud)
{
    /// <summary>A cause <c>hold:RESOURCE</c> never lets that resource end, and Heat's time limit does not strike: the cluster waits for ever.</summary>
    public const string Hold = "hold:";

    private readonly ForcedFailures forced = new(cloud);

    public static string Forbidden(string message) => $"{message} (HTTP 403) (Request-ID: {Ids.Request()})";

    /// <summary>Gives the id of what stays of a cluster that cannot be deleted: a load balancer, a port.</summary>
    public static string LeftOver(string clusterId) => clusterId[..24] + "0000000000ff";

    /// <summary>Says whether a cause was asked for, by switch or by label.</summary>
    public bool Asked(Stack? root, string cause) => root?.FailureCause == cause || cloud.Context.IsOn("fail:" + cause);

    /// <summary>Says whether a resource does not end, though its time has come.</summary>
    public bool IsHeld(Stack root, StackResource resource)
    {
        if (resource.Action == "DELETE" || root.Given is not null)
        {
            return false;
        }

        if (root.FailureCause == Hold + resource.Name)
        {
            return true;
        }

        return resource.Type switch
        {
            "OS::Heat::SoftwareDeployment" => (cloud.Context.IsOn("hold_clusters") && IsConfigured(resource))
                || (resource.Name == "master_config_deployment" && Asked(root, "timeout")),
            "Magnum::Optional::Neutron::LBaaS::LoadBalancer" => Asked(root, "load-balancer"),
            _ => false,
        };
    }

    /// <summary>What the API answers when Heat asks for the thing.</summary>
    public Failure? AtStart(Stack root, Stack stack, StackResource resource) => root.Given is not null ? null : forced.AtStart(root, stack, resource) ?? resource.Type switch
    {
        "OS::Nova::ServerGroup" => ServerGroup(root),
        "OS::Nova::Server" => Server(root, stack, resource),
        "OS::Neutron::Port" when resource.Name is "kube_master_eth0" or "kube_minion_eth0" => FixedNetwork(root, resource),
        "Magnum::Optional::Neutron::Router" => ExternalNetwork(root),
        "Magnum::Optional::Neutron::LBaaS::FloatingIP" or "Magnum::Optional::KubeMaster::Neutron::FloatingIP" or "Magnum::Optional::KubeMinion::Neutron::FloatingIP" => FloatingIp(root, resource),
        "Magnum::Optional::Neutron::LBaaS::LoadBalancer" when resource.Real && Full(root, "load_balancer", 1) =>
            new("OverLimit", Forbidden("Quota has been met for resources: Load Balancer")),
        "Magnum::Optional::Cinder::Volume" or "Magnum::Optional::Etcd::Volume" when resource.Real && Full(root, "volumes", 1) =>
            new("OverLimit", $"VolumeLimitExceeded: Maximum number of volumes allowed ({cloud.Quotas.Limit(root.ProjectId, "volumes")}) exceeded for quota 'volumes'. (HTTP 413) (Request-ID: {Ids.Request()})"),
        "OS::Neutron::SecurityGroup" when Full(root, "security_group", 1) =>
            new("OverQuotaClient", $"Quota exceeded for resources: ['security_group'].\nNeutron server returns request_ids: ['{Ids.Request()}']"),
        _ => null,
    };

    /// <summary>What the thing comes to.</summary>
    public Failure? AtFinish(Stack root, Stack stack, StackResource resource)
    {
        if (root.Given is { } given)
        {
            return Signalled(given, resource);
        }

        if (ForcedFailures.AtFinish(root, resource) is { } asked)
        {
            return asked;
        }

        if (resource.Action == "DELETE")
        {
            return resource.Name == "extrouter_inside" && resource.Real && Asked(root, "delete") ? RouterInUse(resource) : null;
        }

        return resource.Type switch
        {
            "OS::Nova::Server" when Asked(root, "no-valid-host") || cloud.FindFlavor(stack.Node!.Flavor) is { NoHost: true } =>
                new("ResourceInError", "Went to status ERROR due to \"Message: No valid host was found. There are not enough hosts available., Code: 500\""),
            "OS::Heat::WaitCondition" => new("WaitConditionTimeout", "0 of 1 received"),
            "OS::Heat::SoftwareDeployment" when IsConfigured(resource) && (Asked(root, "deployment") || cloud.Context.IsOn("fail_clusters")) =>
                new("Error", "Deployment to server failed: deploy_status_code : Deployment exited with non-zero status code: 1"),
            _ => null,
        };
    }

    // The wait of a given template ends with its signal, or with its time.
    private static Failure? Signalled(Given.GivenStack given, StackResource resource) => resource is not { Type: "OS::Heat::WaitCondition", Action: "CREATE" } ? null
        : given.Signals.Find(s => s.Status == "FAILURE") is { } failure ? new("WaitConditionFailure", failure.Reason)
        : given.Signals.Count > 0 ? null : new("WaitConditionTimeout", "0 of 1 received");

    /// <summary>Gives a master the wait condition that will not be met, as drivers have it that do not use deployments.</summary>
    public void AddWaitCondition(Stack root, bool master, List<StackResource> resources)
    {
        if (master && Asked(root, "wait-condition"))
        {
            resources.Add(Blueprint.Of("master_wait_handle", "OS::Heat::WaitConditionHandle", 1, "master_wait_condition"));
            resources.Add(Blueprint.Of("master_wait_condition", "OS::Heat::WaitCondition", 600));
            resources.Find(r => r.Name == "kube-master")!.RequiredBy.Add("master_wait_condition");
        }
    }

    private Failure? ServerGroup(Stack root) => Asked(root, "server-groups") || Full(root, "server_groups", 1)
        ? new("Forbidden", Forbidden("Quota exceeded, too many server groups.")) : null;

    private Failure? Server(Stack root, Stack stack, StackResource resource)
    {
        var node = stack.Node!;
        if (Asked(root, "image") || cloud.FindImage(node.Image) is null)
        {
            return new("StackValidationFailed", $"Property error: {resource.Name}.properties.image: Error validating value '{node.Image}': The Image ({node.Image}) could not be found.");
        }

        if (Asked(root, "keypair") || (node.Keypair is { Length: > 0 } key && !cloud.Keypairs.Exists(k => k.Name == key)))
        {
            return new("StackValidationFailed", $"Property error: {resource.Name}.properties.key_name: Error validating value '{node.Keypair ?? "lost-key"}': The Key ({node.Keypair ?? "lost-key"}) could not be found.");
        }

        var flavor = cloud.FindFlavor(node.Flavor);
        if (cloud.FindImage(node.Image) is { } image && flavor is not null && image.MinDisk > flavor.Disk)
        {
            return new("StackValidationFailed", $"Image {node.Image} requires {image.MinDisk} GB minimum disk space. Flavor {node.Flavor} has only {flavor.Disk} GB.");
        }

        foreach (var (name, need) in new[] { ("instances", 1), ("cores", flavor?.Vcpus ?? 1), ("ram", flavor?.Ram ?? 1) })
        {
            var limit = cloud.Quotas.Limit(root.ProjectId, name);
            var used = cloud.Used(root.ProjectId, name) - (name == "instances" ? 1 : need);
            if (Asked(root, name))
            {
                used = limit;
            }

            if (limit >= 0 && used + need > limit)
            {
                return new("Forbidden", Forbidden($"Quota exceeded for {name}: Requested {need}, but already used {used} of {limit} {name}"));
            }
        }

        return null;
    }

    private Failure? ExternalNetwork(Stack root)
    {
        var id = root.Parameters.GetValueOrDefault("external_network", "");
        return Asked(root, "external-network") || (id.Length > 0 && !cloud.Networks.Exists(n => n.Id == id))
            ? new("NotFound", $"External network {id} could not be found.\nNeutron server returns request_ids: ['{Ids.Request()}']") : null;
    }

    // Magnum takes any name; it is Heat that looks.
    private Failure? FixedNetwork(Stack root, StackResource resource) =>
        root.Parameters.GetValueOrDefault("fixed_network", "") is { Length: > 0 } network && cloud.FindNetwork(network, root.ProjectId) is not { External: false }
            ? new("StackValidationFailed", $"Property error: {resource.Name}.properties.network: Error validating value '{network}': Unable to find network with name or id '{network}'") : null;

    private Failure? FloatingIp(Stack root, StackResource resource) =>
        (Asked(root, "floating-ip") && resource.Name != "kube_minion_floating") || (resource.Real && Full(root, "floatingip", 1))
            ? new("OverQuotaClient", $"Quota exceeded for resources: ['floatingip'].\nNeutron server returns request_ids: ['{Ids.Request()}']") : null;

    private static bool IsConfigured(StackResource deployment) =>
        deployment.Action == "UPDATE" || deployment.Name.EndsWith("_config_deployment", StringComparison.Ordinal);

    private static Failure RouterInUse(StackResource resource)
    {
        var parts = resource.PhysicalId.Split(":subnet_id=");
        return new("Conflict", $"Router interface for subnet {parts[^1]} on router {parts[0]} cannot be deleted, as it is required by one or more floating IPs.\nNeutron server returns request_ids: ['{Ids.Request()}']");
    }

    /// <summary>Says whether one more does not fit; the one that asks is already counted.</summary>
    private bool Full(Stack root, string name, int counted)
    {
        var limit = cloud.Quotas.Limit(root.ProjectId, name);
        return limit >= 0 && cloud.Used(root.ProjectId, name) - counted >= limit;
    }
}
