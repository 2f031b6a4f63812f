using Portal.Sandbox.Heat;

namespace Portal.Sandbox.Magnum;

/// <summary>What goes wrong in Magnum itself, asked for by the cluster's label <c>sandbox_fail</c> or by a switch: in Magnum's words, most before there is a stack.</summary>
internal static class ConductorFailures
{
    /// <summary>Gives the sentence with which a creation ends before Heat is asked, or null.</summary>
    public static string? AtCreate(Cluster cluster, StackFailures failures) => Cause(cluster) switch
    {
        "certificate" => $"Failed to create certificates for Cluster: {cluster.Uuid}",
        "discovery" => "Failed to get discovery url from 'https://discovery.etcd.io/new?size=1'.",
        "stacks" => "ERROR: Request limit exceeded: You have reached the maximum stacks per tenant, 100. Please delete some stacks.",
        "trust" => NoTrust(cluster),
        _ => failures.Asked(null, "trust") ? NoTrust(cluster) : null,
    };

    /// <summary>Gives the sentence with which a deletion ends at once, or null: a load balancer of a service that Octavia does not let go.</summary>
    public static string? AtDelete(Cluster cluster) => Cause(cluster) switch
    {
        "delete-load-balancer" => $"Failed to pre-delete resources for cluster {cluster.Uuid}, error: Timeout waiting for the load balancers {{'{StackFailures.LeftOver(cluster.Uuid)}'}} to be deleted..",
        "delete-forbidden" => $"Failed to pre-delete resources for cluster {cluster.Uuid}, error: Policy does not allow this request to be performed. (HTTP 403).",
        _ => null,
    };

    /// <summary>Says whether another driver than Heat's builds it: its name of the stack is no uuid, and nothing is told.</summary>
    public static bool IsWithoutHeat(Cluster cluster) => Cause(cluster) == "cluster-api";

    /// <summary>Says whether no conductor ever takes it from the queue.</summary>
    public static bool NeverBegins(Cluster cluster) => Cause(cluster) == "queue";

    /// <summary>Says whether the conductor has stopped to look at Heat for it.</summary>
    public static bool StaysBehind(Cluster cluster, Stack? stack) => Cause(cluster) == "conductor" && stack is { State: "COMPLETE", Action: "CREATE" };

    /// <summary>Says whether somebody has deleted its stack behind Magnum's back.</summary>
    public static bool LosesItsStack(Cluster cluster) => Cause(cluster) == "stack";

    /// <summary>Says whether its API is up though Heat still waits for a node.</summary>
    public static bool AnswersEarly(Cluster cluster) => Cause(cluster) == StackFailures.Hold + "node_config_deployment";

    private static string? Cause(Cluster cluster) => cluster.Labels.GetValueOrDefault("sandbox_fail");

    private static string NoTrust(Cluster cluster) => $"Failed to create trustee or trust for Cluster: {cluster.Uuid}";
}
