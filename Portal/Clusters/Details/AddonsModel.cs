using Portal.Core.Addons;
using Portal.Core.Addons.Life;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Live;
using Portal.Core.Provisioning;
using Portal.Provisioning;
using Portal.Shared;

namespace Portal.Clusters.Details;

/// <summary>One add-on: the newest plan about it, and how it is in the cluster now.</summary>
/// <param name="Name">Name.</param>
/// <param name="PlanId">Plan.</param>
/// <param name="Step">Step of the plan.</param>
/// <param name="State">State in a word.</param>
/// <param name="Why">The sentence under it, or null.</param>
/// <param name="Health">What the cluster shows, or null when it cannot be read.</param>
public sealed record AddonLine(string Name, string PlanId, PlanStep Step, StateWord State, string? Why, AddonHealth? Health)
{
    /// <summary>Gets the program with pages of its own that it is, or null while the cluster does not have it.</summary>
    public ClusterApp? App => Health is not { Workloads.IsEmpty: false } ? null : Name switch
    {
        "kibana" => ClusterApp.Kibana,
        "prometheus" => ClusterApp.Prometheus,
        "jenkins" => ClusterApp.Jenkins,
        _ => null,
    };

    /// <summary>Gets the container that it is in trouble for, whose log says more; or null.</summary>
    public (string Space, string Pod, string Container)? Trouble => Health is { Reason.Arguments: { } facts, Workloads: [{ Name: { } first }, ..] }
        && facts.TryGetValue("pod", out var pod) && facts.TryGetValue("container", out var container) && container.Length > 0 && first.Split('/') is [var space, _] ? (space, pod, container) : null;

    /// <summary>Gets whether something of it is not as its release says.</summary>
    public bool NeedsRepair => Health?.Code is "missing" or "changed-by-hand";
}

/// <summary>A cluster's add-ons with their true state, read from the cluster; a plan says it alone only while it works on one.</summary>
public sealed class AddonsModel(IClusterAddons addons, IAddonHealthReader reader)
{
    /// <summary>Gets the add-ons.</summary>
    public IReadOnlyList<AddonLine> Lines { get; private set; } = [];

    /// <summary>Gets what could be added.</summary>
    public IReadOnlyList<AddonOffer> Offers { get; private set; } = [];

    /// <summary>Gets why the cluster itself could not be read, or null.</summary>
    public Exception? Silent { get; private set; }

    /// <summary>Gets why nothing can be shown, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Gets whether an answer came.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>Reads plans and cluster.</summary>
    public async Task LoadAsync(Scope scope, ClusterView view, CancellationToken cancellationToken)
    {
        try
        {
            var wanted = await addons.ListAsync(scope, view.Cluster.Id, cancellationToken);
            Offers = view.Platform.State is PlanState.Done ? await addons.ListOffersAsync(scope, view.Cluster.Id, cancellationToken) : [];
            var health = wanted.Count == 0 ? null : await ReadAsync(scope, view, [.. wanted.Select(w => w.Name)], cancellationToken);
            Lines = [.. wanted.Select(w => Line(w, health))];
            Failure = null;
        }
        catch (Exception failure) when (failure is BackendException or ForbiddenException)
        {
            Failure = failure;
        }

        IsLoaded = true;
    }

    private async Task<IReadOnlyList<AddonHealth>?> ReadAsync(Scope scope, ClusterView view, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        try
        {
            var health = await reader.ReadAsync(scope, view.Cluster.Id, names, cancellationToken);
            Silent = null;
            return health;
        }
        catch (BackendException failure)
        {
            Silent = failure;
            return null;
        }
    }

    private static AddonLine Line(WantedAddon wanted, IReadOnlyList<AddonHealth>? all)
    {
        var (name, plan, step) = (wanted.Name, wanted.Plan, wanted.Step);
        var health = all?.FirstOrDefault(h => h.Name == name);
        if (wanted.IsGoing)
        {
            return new AddonLine(name, plan.Id, step, new StateWord(AddonWords.Of(step).Kind, ClusterText.AddonRemoving), PlanWords.Why(plan, step), health);
        }

        if (step.State is not StepState.Done && (!plan.IsEnded || health is null))
        {
            return new AddonLine(name, plan.Id, step, AddonWords.Of(step), PlanWords.Why(plan, step), health);
        }

        return health is null
            ? new AddonLine(name, plan.Id, step, new StateWord(StateKind.Unknown, ClusterText.AddonUnknown), null, null)
            : new AddonLine(name, plan.Id, step, AddonWords.Of(health), Reasons.TellOrNull(health.Reason), health);
    }
}
