using System.Globalization;

namespace Portal.Tests.Clusters;

/// <summary>A cluster in trouble: what the sandbox is asked for, what Magnum says of it, and what the portal says.</summary>
/// <param name="Cause">The cluster's label <c>sandbox_fail</c>.</param>
/// <param name="Rule">The rule that knows it.</param>
/// <param name="Sentence">What the portal's sentence has in it.</param>
/// <param name="Bare">A word of the text under it, as Heat or Magnum gives it.</param>
public sealed record StuckCase(string Cause, string Rule, string Sentence, string Bare)
{
    /// <summary>What Magnum says of nearly every failure.</summary>
    public const string Nothing = "default-master failed, default-worker failed";

    /// <summary>Gets the template.</summary>
    public string Template { get; init; } = "k8s-1.31-small";

    /// <summary>Gets Magnum's status.</summary>
    public string Status { get; init; } = "CREATE_FAILED";

    /// <summary>Gets Magnum's status_reason, bare; <c>{id}</c> is the cluster's.</summary>
    public string? Reason { get; init; } = Nothing;

    /// <summary>Gets a further label, <c>name=value</c>, or null.</summary>
    public string? Label { get; init; }

    /// <summary>Gets how long the creation may take, in minutes.</summary>
    public int Minutes { get; init; } = 60;

    /// <summary>Gets how much time passes before anybody looks, in minutes.</summary>
    public int Later { get; init; }

    /// <summary>Gets the cases that fail while they are made.</summary>
    public static IReadOnlyList<StuckCase> Failing { get; } =
    [
        new("cores", "quota-numbers", "quota of cores does not allow it", "Quota exceeded for cores: Requested"),
        new("ram", "quota-numbers", "quota of memory does not allow it", "Quota exceeded for ram: Requested"),
        new("gigabytes", "quota-numbers", "990 of 1000 are in use and 20 more", "exceeds allowed gigabytes quota") { Label = "etcd_volume_size=10" },
        new("volumes", "quota-limit", "quota of volumes (10) is used up", "Maximum number of volumes allowed (10)") { Label = "etcd_volume_size=10" },
        new("server-groups", "quota", "no server groups left", "Quota exceeded, too many server groups."),
        new("floating-ip", "quota", "no floating IPs left", "Quota exceeded for resources: ['floatingip']"),
        new("security-groups", "quota", "no security groups left", "Quota exceeded for resources: ['security_group']"),
        new("networks", "quota", "no networks left", "['network']"),
        new("ports", "quota", "no ports left", "['port']"),
        new("load-balancers", "quota", "no load balancers left", "Quota has been met for resources: Load Balancer") { Template = "k8s-1.31-ha" },
        new("stacks", "quota-stacks", "as many Heat stacks as it may have (100)", "maximum stacks per tenant") { Reason = "ERROR: Request limit exceeded: You have reached the maximum stacks per tenant, 100. Please delete some stacks." },
        new("no-valid-host", "no-host", "No host of the cloud has room", "No valid host was found."),
        new("flavor-disk", "flavor-too-small", "m1.medium is too small for the image fedora-coreos-38: 80 GB needed, it has 40 GB", "requires 80 GB minimum disk space"),
        new("flavor-memory", "image-too-large", "too little disk or memory", "Flavor's memory is too small for requested image."),
        new("image", "image-missing", "image fedora-coreos-38 is not in the cloud", "The Image (fedora-coreos-38) could not be found."),
        new("flavor", "flavor-missing", "flavor m1.medium is not in the cloud", "The Flavor (m1.medium) could not be found."),
        new("keypair", "keypair-missing", "The key pair", "could not be found."),
        new("external-addresses", "external-network-full", "has no floating IP left to give", "No more IP addresses available on network"),
        new("addresses", "no-addresses", "has no free address left", "No more IP addresses available on network"),
        new("external-network", "external-network", "missing or cannot be reached", "External network"),
        new("external-unreachable", "external-network", "missing or cannot be reached", "is not reachable from subnet"),
        new("load-balancer-error", "load-balancer", "One of the cluster's load balancers could not be made", "Went to status ERROR due to \"Unknown\"") { Template = "k8s-1.31-ha" },
        new("load-balancer-busy", "load-balancer-busy", "is being changed by somebody else", "is immutable and cannot be updated.") { Template = "k8s-1.31-ha" },
        new("load-balancer", "load-balancer-silent", "was never ready", "Timed out") { Template = "k8s-1.31-ha" },
        new("certificate", "certificates", "could not make or check the cluster's certificates", "Failed to create certificates") { Reason = "Failed to create certificates for Cluster: {id}" },
        new("trust", "trust", "trust of the person who created the cluster is broken", "trustee or trust") { Reason = "Failed to create trustee or trust for Cluster: {id}" },
        new("discovery", "discovery", "could not reach its discovery service", "discovery url") { Reason = "Failed to get discovery url from 'https://discovery.etcd.io/new?size=1'." },
        new("stack", "stack-gone", "Its Heat stack was deleted", "not found in Heat."),
        new("wait-condition", "nodes-silent", "did not report back in time", "0 of 1 received"),
        new("timeout", "nodes-silent", "did not report back in time", "Timed out"),
        new("deployment", "node-script", "Setting up one of its servers failed (code 1)", "non-zero status code: 1"),
        new("server", "server-error", "One of its servers failed: Message: Build of instance", "Failed to allocate the network(s)"),
    ];

    /// <summary>Gets the case that is past its time, but usable.</summary>
    public static StuckCase Answering { get; } = new("hold:node_config_deployment", "late-but-answers", "Its 1 min are over, but its API answers at https://127.", "the API answers") { Status = "CREATE_IN_PROGRESS", Reason = null, Minutes = 1 };

    /// <summary>Gets the cases that wait.</summary>
    public static IReadOnlyList<StuckCase> Waiting { get; } =
    [
        Waits("loadbalancer", "waits-load-balancer", "waits for one of its load balancers") with { Template = "k8s-1.31-ha" },
        Waits("master_config_deployment", "waits-nodes", "Its servers are up; it waits for one to report back"),
        Waits("kube-master", "waits-server", "waits for the server kube-master"),
        Waits("etcd_volume", "waits-volume", "waits for the volume etcd_volume") with { Label = "etcd_volume_size=10" },
        Waits("private_network", "waits-at", "waits for private_network (Magnum::Optional::Neutron::Net)"),
        new("conductor", "magnum-behind", "Heat has finished (CREATE_COMPLETE), but Magnum still says CREATE_IN_PROGRESS", "Stack CREATE completed successfully") { Status = "CREATE_IN_PROGRESS", Reason = null, Later = 4 },
        new("queue", "not-begun", "Magnum has taken it but not begun", "stack_id: null") { Status = "CREATE_IN_PROGRESS", Reason = null, Later = 4 },
        new("cluster-api", "no-stack", "Magnum builds it without Heat (as kube-", "stack_id: kube-") { Status = "CREATE_IN_PROGRESS", Reason = null, Later = 4 },
    ];

    /// <summary>Gets the cases whose deletion does not end.</summary>
    public static IReadOnlyList<StuckCase> Deleting { get; } =
    [
        Undeleted("delete", "delete-blocked", "still uses its network", "as it is required by one or more floating IPs"),
        Undeleted("delete-port", "delete-blocked-port", "The port reports-db-port of something outside", "One or more ports have an IP allocation from this subnet."),
        Undeleted("delete-load-balancer", "delete-blocked-load-balancer", "The load balancer kube_service_", "Timeout waiting for the load balancers") with { Reason = "Failed to pre-delete resources for cluster {id}, error: Timeout waiting for the load balancers {'{left}'} to be deleted.." },
        Undeleted("delete-forbidden", "delete-forbidden", "may not delete the load balancers", "Policy does not allow this request") with { Reason = "Failed to pre-delete resources for cluster {id}, error: Policy does not allow this request to be performed. (HTTP 403)." },
    ];

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cause}: {Rule}");

    private static StuckCase Waits(string resource, string rule, string sentence) =>
        new("hold:" + resource, rule, sentence, "CREATE_IN_PROGRESS") { Status = "CREATE_IN_PROGRESS", Reason = null, Later = 4 };

    private static StuckCase Undeleted(string cause, string rule, string sentence, string bare) => new(cause, rule, sentence, bare) { Status = "DELETE_FAILED" };
}
