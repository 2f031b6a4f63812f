using Portal.Core.Provisioning;
using static Portal.Core.Clusters.Confidence;
using static Portal.Core.Provisioning.Actor;

namespace Portal.Core.Clusters.Explanations;

/// <summary>
/// The known causes, the more exact first. A new one is an entry here, a sentence and an action in the page's texts
/// (<c>cluster.why.ID</c>, <c>cluster.do.ID</c>), and a row in docs/stuck.md; tests compare all of them.
/// </summary>
internal static class ExplanationRules
{
    private const string FloatingIpTypes = "FloatingIP$";
    private const string NodeReports = "SoftwareDeployment$|WaitCondition$";

    /// <summary>Gets all rules, those over texts first, in the order in which they are tried.</summary>
    public static IReadOnlyList<ExplanationRule> All { get; } = [.. Quotas(), .. Named(), .. Networks(), .. Deletion(), .. Trusts(), .. Nodes(), .. Facts()];

    /// <summary>Gives a rule by its id.</summary>
    public static ExplanationRule Get(string id) => All.First(r => r.Id == id);

    private static IEnumerable<ExplanationRule> Quotas() =>
    [
        Rule("quota-numbers", Project, Certain, "Nova (cores, memory, instances), Cinder (gigabytes), in the Heat resource",
            // Nova: "Quota exceeded for cores: Requested 4, but already used 18 of 20 cores"
            Phrase.Of(@"Quota exceeded for (?<resource>[\w ]+): Requested (?<requested>[\d, ]+), but already used (?<used>[\d, ]+) of (?<limit>[\d, ]+)"),
            // Cinder: "Requested volume or snapshot exceeds allowed gigabytes quota. Requested 20G, quota is 1000G and 990G has been consumed"
            Phrase.Of(@"exceeds allowed (?<resource>\w+) quota\. Requested (?<requested>\d+)G, quota is (?<limit>\d+)G and (?<used>\d+)G")),
        // Cinder: "Maximum number of volumes allowed (10) exceeded for quota 'volumes'"
        Rule("quota-limit", Project, Certain, "Cinder (volumes), in the Heat resource", Phrase.Of(@"Maximum number of (?<resource>[\w ]+) allowed \((?<limit>\d+)\) exceeded")),
        // Heat: "You have reached the maximum stacks per tenant, 100."
        Rule("quota-stacks", Platform, Certain, "Heat, in Magnum's status_reason", Phrase.Of(@"You have reached the maximum stacks per tenant, (?<limit>\d+)")),
        Rule("quota", Project, Certain, "Nova (server groups), Neutron, Octavia, in the Heat resource; the numbers from their quota APIs",
            // Nova: "Quota exceeded, too many server groups"
            Phrase.Of(@"Quota exceeded, too many (?<resource>[\w ]+)"),
            // Neutron: "Quota exceeded for resources: ['floatingip']"; Octavia: "Quota has been met for resources: Load Balancer"
            Phrase.Of(@"Quota (?:exceeded|has been met) for resources?: \[?'?(?<resource>[\w ]+)"),
            Phrase.Of(@"OverQuota\w*: .*?(?<resource>floatingip|security_group|port|network|router|subnet)")),
    ];

    private static IEnumerable<ExplanationRule> Named() =>
    [
        Rule("no-host", Platform, Certain, "Nova's fault, in the Heat resource", Phrase.Of("No valid host was found")),
        Rule("flavor-too-small", Project, Certain, "Heat's validation, in the Heat resource",
            // Heat: "Image coreos requires 80 GB minimum disk space. Flavor m1.small has only 20 GB."; "… requires 4096 minimum ram. Flavor … has only 2048."
            Phrase.Of(@"Image (?<image>\S+) requires (?<needed>\d+(?: GB)?) minimum (?:disk space|ram)\. Flavor (?<flavor>\S+) has only (?<has>\d+(?: GB)?)")),
        // Nova, with the sizes in bytes or with none.
        Rule("image-too-large", Project, Certain, "Nova, in the Heat resource", Phrase.Of(@"Flavor's (?:disk|memory) is (?:too small for requested image|smaller than the minimum size)")),
        Rule("image-missing", Platform, Certain, "Glance by way of Heat, in the Heat resource", Phrase.Of(@"(?:The )?Image \(?(?<image>[^\s():]+)\)? could not be found|ImageNotFound")),
        Rule("flavor-missing", Platform, Certain, "Nova by way of Heat, in the Heat resource", Phrase.Of(@"(?:The )?Flavor \(?(?<flavor>[^\s():]+)\)? could not be found|FlavorNotFound")),
        Rule("keypair-missing", Project, Certain, "Nova by way of Heat, in the Heat resource", Phrase.Of(@"(?:The )?Key \(?(?<keypair>[^\s():]+)\)? could not be found|Unable to find keypair (?<keypair>\S+)|Invalid key_name provided")),
    ];

    private static IEnumerable<ExplanationRule> Networks() =>
    [
        Rule("external-network-full", Platform, Certain, "Neutron, in the Heat resource of a floating IP",
            Phrase.Of(@"Unable to find any IP address on external network (?<network>[\w-]+)"),
            Phrase.Of(@"No more IP addresses available on network (?<network>[\w-]+)", FloatingIpTypes)),
        Rule("no-addresses", Platform, Certain, "Neutron, in the Heat resource of a port", Phrase.Of(@"No more IP addresses available on network (?<network>[\w-]+)")),
        // Magnum itself does not look at the cluster's own network.
        Rule("network-missing", Project, Certain, "Neutron by way of Heat, in the Heat resource", Phrase.Of("Unable to find (?:network|subnet) with name or id '(?<network>[^']+)'")),
        Rule("external-network", Platform, Certain, "Neutron, in the Heat resource",
            Phrase.Of(@"External network (?<network>\S+) (?:is not reachable|could not be found)|Unable to find (?:external )?network (?<network>\S+)|(?:The )?Network \((?<network>[^)]+)\) could not be found|floating ?ip.*(?:not found|could not)")),
    ];

    private static IEnumerable<ExplanationRule> Deletion() =>
    [
        // Magnum: "Failed to pre-delete resources for cluster UUID, error: Timeout waiting for the load balancers {'…'} to be deleted.."
        Rule("delete-blocked-load-balancer", Project, Certain, "Magnum's status_reason; the load balancers from Octavia",
            Phrase.Of(@"Failed to pre-delete resources for cluster .*?load ?balancers?"), Phrase.Of(@"Timeout waiting for the load balancers")),
        Rule("delete-forbidden", Platform, Certain, "Octavia's policy, in Magnum's status_reason", Phrase.Of(@"Failed to pre-delete resources for cluster .*(?:HTTP 403|[Pp]olicy)")),
        Rule("delete-blocked-port", Project, Certain, "Neutron, in the Heat resource; the ports from Neutron",
            Phrase.Of(@"One or more ports have an IP allocation|There are one or more ports still in use|still has (?:active )?ports|SubnetInUse|NetworkInUse")),
        Rule("delete-blocked", Project, Certain, "Neutron, in the Heat resource",
            Phrase.Of(@"RouterInUse|RouterInterfaceInUse|SecurityGroupInUse|required by one or more floating IPs|(?<what>Subnet|Network|Router|Security [Gg]roup) \S+ (?:is )?in use")),
        Rule("load-balancer-busy", Platform, Certain, "Octavia, in the Heat resource; its state from Octavia", Phrase.Of("Load Balancer (?<name>[\\w-]+) is immutable")),
        Rule("load-balancer", Platform, Certain, "Octavia's state, in the Heat resource; its state from Octavia",
            Phrase.Of(@"status ERROR|PENDING_\w+", "Octavia|LBaaS"), Phrase.Of(@"(?i:load ?balancer) \S+ .*(?:status ERROR|PENDING_(?:CREATE|UPDATE|DELETE))")),
        Rule("load-balancer-silent", Platform, Likely, "Heat's time limit, in the resource of the load balancer; its state from Octavia", Phrase.Of(@"(?i:timed out)", "LoadBalancer$")),
    ];

    private static IEnumerable<ExplanationRule> Trusts() =>
    [
        Rule("certificates", Platform, Certain, "Magnum's status_reason", Phrase.Of("Failed to create certificates for Cluster|(?i:barbican).*(?:failed|error|refused|could not)|Certificate.*(?:expired|verify failed)|CERTIFICATE_VERIFY_FAILED")),
        Rule("creator-gone", Platform, Certain, "Keystone's user, asked for when a trust is not found"),
        Rule("trust", Platform, Likely, "Keystone by way of Magnum or Heat", Phrase.Of("(?i:could not find trust|trustee or trust|trustor|trust-scoped|trust id|Authentication cannot be scoped to multiple targets|unauthorized.*trust)")),
        Rule("discovery", Platform, Certain, "Magnum's status_reason", Phrase.Of("(?i:failed to get discovery url|invalid discovery url|discovery url).*")),
        Rule("stack-gone", Platform, Certain, "Magnum's fault of the node group", Phrase.Of("Stack with id (?<stack>\\S+) not found in Heat")),
    ];

    private static IEnumerable<ExplanationRule> Nodes() =>
    [
        Rule("late-but-answers", Platform, Likely, "Magnum's status and time limit, Heat's output api_address, the cluster's API"),
        Rule("nodes-silent", Platform, Likely, "Heat's wait condition or deployment; its servers from Heat",
            Phrase.Of(@"WaitConditionTimeout|(?i:wait condition.*timed out)|\d+ of \d+ received"), Phrase.Of("(?i:timed out)", NodeReports)),
        Rule("timed-out-at", Platform, Likely, "Heat's time limit, in the deepest resource", Phrase.Of("Task \\w+ from (?<type>\\S+) \"(?<name>[^\"]+)\" .*Timed out", @"^(?!file:|OS::Heat::ResourceGroup).+")),
        Rule("node-script", Platform, Certain, "Heat's deployment", Phrase.Of(@"deploy_status_code ?: Deployment exited with non-zero status code: (?<code>\d+)")),
        Rule("server-error", Platform, Certain, "Nova's fault, in the Heat resource", Phrase.Of(@"Went to status ERROR due to ""(?<message>[^""]*)""", "Nova::Server$")),
        Rule("timed-out", Platform, Possible, "Heat's stack", Phrase.Of(@"Stack (?<action>CREATE|UPDATE|DELETE|ROLLBACK)? ?(?:timed out|started.*timed out)|Timed out")),
    ];

    private static IEnumerable<ExplanationRule> Facts() =>
    [
        Rule("magnum-behind", Platform, Certain, "Heat's stack against Magnum's status"),
        Rule("waits-load-balancer", Platform, Likely, "Heat's resource in progress; its state from Octavia"),
        Rule("waits-nodes", Platform, Likely, "Heat's deployment or wait condition in progress, its servers complete"),
        Rule("waits-server", Platform, Likely, "Heat's server in progress"),
        Rule("waits-volume", Platform, Likely, "Heat's volume in progress"),
        Rule("waits-at", Platform, Possible, "Heat's deepest resource in progress"),
        Rule("no-stack-full", Project, Possible, "Magnum's stack_id, the project's quotas"),
        Rule("no-stack", Platform, Possible, "Magnum's stack_id and status"),
        Rule("not-begun", Platform, Likely, "Magnum's status without a stack"),
        Rule("not-reachable", Platform, Likely, "The portal's own request, Magnum's health_status HEALTHY"),
        Rule("api-silent", Platform, Likely, "The portal's own request, Magnum's health_status"),
        Rule("unhealthy-node", Project, Certain, "Magnum's health_status_reason of a node"),
        Rule("unhealthy-api", Platform, Certain, "Magnum's health_status_reason of the API"),
        Rule("unknown", Platform, Possible, "Whatever was said"),
    ];

    private static ExplanationRule Rule(string id, Actor actor, Confidence confidence, string source, params Phrase[] phrases) =>
        new(id, actor, confidence, source) { Phrases = [.. phrases] };
}
