using Portal.Sandbox.OpenStack;

namespace Portal.Sandbox.Heat;

/// <summary>Failures that only a switch or a label brings, in the words of the service that would refuse.</summary>
internal sealed class ForcedFailures(Cloud cloud)
{
    private const string FloatingIp = "FloatingIP";

    /// <summary>Gets the causes that are told when a thing is asked for, with the end of the resource type and the failure.</summary>
    private static readonly (string Cause, string Type, Func<Cloud, Stack, Stack, StackResource, Failure> Failure)[] Starts =
    [
        ("security-groups", "OS::Neutron::SecurityGroup", (_, _, _, _) => OverQuota("security_group")),
        ("networks", "::Net", (_, _, _, _) => OverQuota("network")),
        ("routers", "::Router", (_, _, _, _) => OverQuota("router")),
        ("ports", "OS::Neutron::Port", (_, _, _, _) => OverQuota("port")),
        ("volumes", "::Volume", (cloud, root, _, _) => new("OverLimit", $"VolumeLimitExceeded: Maximum number of volumes allowed ({cloud.Quotas.Limit(root.ProjectId, "volumes")}) exceeded for quota 'volumes'. (HTTP 413) (Request-ID: {Ids.Request()})")),
        ("gigabytes", "::Volume", (cloud, root, _, _) => Gigabytes(cloud.Quotas.Limit(root.ProjectId, "gigabytes"))),
        ("load-balancers", "::LoadBalancer", (_, _, _, _) => new("OverLimit", StackFailures.Forbidden("Quota has been met for resources: Load Balancer"))),
        ("load-balancer-busy", "::Listener", (_, _, stack, _) => new("Conflict", $"Load Balancer {stack.Find("loadbalancer")?.PhysicalId} is immutable and cannot be updated. (HTTP 409) (Request-ID: {Ids.Request()})")),
        ("flavor", "OS::Nova::Server", (_, _, stack, server) => Invalid(server, "flavor", stack.Node!.Flavor, $"The Flavor ({stack.Node.Flavor}) could not be found.")),
        ("flavor-disk", "OS::Nova::Server", (cloud, _, stack, _) => TooSmall(cloud, stack.Node!)),
        ("flavor-memory", "OS::Nova::Server", (_, _, _, _) => new("BadRequest", $"Flavor's memory is too small for requested image. (HTTP 400) (Request-ID: {Ids.Request()})")),
        ("external-addresses", FloatingIp, (_, root, _, _) => NoAddress(root.Parameters.GetValueOrDefault("external_network", ""))),
        ("external-unreachable", FloatingIp, (_, root, stack, _) => Unreachable(root, stack)),
        ("addresses", "OS::Neutron::Port", (cloud, root, _, _) => NoAddress(cloud.Stacks.Values.FirstOrDefault(s => s.ParentId == root.Id)?.Find("private_network")?.PhysicalId ?? Ids.Uuid())),
    ];

    /// <summary>Gets the causes that are told when a thing should be ready.</summary>
    private static readonly (string Cause, string Type, Func<Failure> Failure)[] Ends =
    [
        ("load-balancer-error", "::LoadBalancer", () => new("ResourceInError", "Went to status ERROR due to \"Unknown\"")),
        ("server", "OS::Nova::Server", () => new("ResourceInError", $"Went to status ERROR due to \"Message: Build of instance {Ids.Uuid()} aborted: Failed to allocate the network(s), not rescheduling., Code: 500\"")),
        ("creator", "OS::Heat::SoftwareDeployment", () => new("NotFound", $"Could not find trust: {Ids.Hex()}. (HTTP 404) (Request-ID: {Ids.Request()})")),
    ];

    /// <summary>What the API answers when Heat asks for the thing; a thing that is switched off is never asked for.</summary>
    public Failure? AtStart(Stack root, Stack stack, StackResource resource) => !resource.Real || resource.Name == "upgrade_kubernetes_deployment" ? null
        : Starts.FirstOrDefault(f => f.Cause == root.FailureCause && resource.Type.EndsWith(f.Type, StringComparison.Ordinal)).Failure?.Invoke(cloud, root, stack, resource);

    /// <summary>What the thing comes to.</summary>
    public static Failure? AtFinish(Stack root, StackResource resource)
    {
        if (resource.Action == "DELETE")
        {
            return root.FailureCause == "delete-port" && resource is { Name: "private_subnet", Real: true } ? InUse(resource) : null;
        }

        return Ends.FirstOrDefault(f => f.Cause == root.FailureCause && resource.Real && resource.Name != "upgrade_kubernetes_deployment" && resource.Type.EndsWith(f.Type, StringComparison.Ordinal)).Failure?.Invoke();
    }

    private static Failure InUse(StackResource subnet) =>
        new("Conflict", $"Unable to complete operation on subnet {subnet.PhysicalId}: One or more ports have an IP allocation from this subnet.{Neutron()}");

    private static Failure OverQuota(string what) => new("OverQuotaClient", $"Quota exceeded for resources: ['{what}'].{Neutron()}");

    private static Failure NoAddress(string network) => new("IpAddressGenerationFailureClient", $"No more IP addresses available on network {network}.{Neutron()}");

    private static Failure Unreachable(Stack root, Stack stack) =>
        new("NotFound", $"External network {root.Parameters.GetValueOrDefault("external_network", "")} is not reachable from subnet {Ids.Uuid()}.  Therefore, cannot associate Port {stack.Find("kube_master_eth0")?.PhysicalId ?? Ids.Uuid()} with a Floating IP.{Neutron()}");

    private static Failure Gigabytes(int limit) =>
        new("OverLimit", $"VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 20G, quota is {limit}G and {limit - 10}G has been consumed. (HTTP 413) (Request-ID: {Ids.Request()})");

    private static Failure Invalid(StackResource resource, string property, string value, string why) =>
        new("StackValidationFailed", $"Property error: {resource.Name}.properties.{property}: Error validating value '{value}': {why}");

    private static Failure TooSmall(Cloud cloud, NodeShape node)
    {
        var disk = cloud.FindFlavor(node.Flavor)?.Disk ?? 0;
        return new("StackValidationFailed", $"Image {node.Image} requires {Math.Max(disk * 2, cloud.FindImage(node.Image)?.MinDisk ?? 0)} GB minimum disk space. Flavor {node.Flavor} has only {disk} GB.");
    }

    private static string Neutron() => $"\nNeutron server returns request_ids: ['{Ids.Request()}']";
}
