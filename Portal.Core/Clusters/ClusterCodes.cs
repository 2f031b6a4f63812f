using System.Collections.Immutable;
using Portal.Core.Clusters.Explanations;

namespace Portal.Core.Clusters;

/// <summary>Every code that pages need a text for; a test compares them with the texts.</summary>
public static class ClusterCodes
{
    /// <summary>Gets the codes of <see cref="ClusterState.Code"/>.</summary>
    public static ImmutableArray<string> States { get; } =
    [
        "being-created", "being-initialised", "resizing", "rotating-certificates", "updating", "deleting", "rolling-back", "ready", "degraded",
        "creation-failed", "change-failed", "deletion-failed", "deletion-blocked", "initialisation-stopped", "no-answer", "not-initialised",
    ];

    /// <summary>Gets the codes of reasons: of states, of actions that are off, and of the steps in this feature.</summary>
    public static ImmutableArray<string> Reasons { get; } =
    [
        "cluster.being-undone", "cluster.busy", "cluster.change-failed", "cluster.creation-ambiguous", "cluster.creation-failed", "cluster.deletion-failed", "cluster.failed-before", "cluster.gone",
        "cluster.half-deleted", "cluster.initialised", "cluster.locked", "cluster.no-api-yet", "cluster.no-authority", "cluster.not-initialised", "cluster.step", "cluster.unhealthy",
        "magnum.busy", "magnum.creating", "magnum.deleting", "magnum.no-movement", "magnum.preparing", "magnum.resizing", "magnum.rotating",
        "cluster.why.magnum", "cluster.why.quota-full", "cluster.why.delete-blocked-load-balancer-named", "cluster.why.delete-blocked-port-named",
        .. ExplanationRules.All.SelectMany(r => new[] { "cluster.why." + r.Id, "cluster.do." + r.Id }),
    ];

    /// <summary>Gets the codes of <see cref="FieldError.Code"/>.</summary>
    public static ImmutableArray<string> FieldErrors { get; } =
    [
        "name-needed", "name-pattern", "name-taken", "name-too-long", "name-not-the-same",
        "template-needed", "template-not-found", "template-not-kubernetes", "template-without-tls", "template-image-missing", "template-image-no-driver",
        "template-flavor-not-found", "template-keypair-not-yours", "flavor-needed", "flavor-not-found", "keypair-not-yours", "keypair-not-found", "keypair-refused",
        "node-count-too-small", "node-count-too-large", "node-count-same", "node-group-not-found", "master-count-too-small", "master-count-even", "master-count-needs-load-balancer",
        "network-not-found", "network-ambiguous", "network-external", "subnet-not-found", "subnet-without-network", "label-key-needed", "label-twice", "label-space",
        "volume-too-small", "timeout-too-short", "quota-too-small", "quota-clusters", "quota", "magnum", "magnum-invalid",
    ];
}
