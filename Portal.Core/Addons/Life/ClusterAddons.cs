using System.Text.Json;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Audit;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Life;

/// <inheritdoc />
internal sealed class ClusterAddons(
    IClusterService clusters, IPlanService plans, IClusterConnector connector, AddonCatalog catalog, AddonChangeTools tools, IAuditLog audit) : IClusterAddons
{
    public async Task<IReadOnlyList<WantedAddon>> ListAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Read);
        var wanted = new Dictionary<string, WantedAddon>(StringComparer.Ordinal);
        var all = await plans.ListAsync(scope, ClusterPlans.Subject(clusterId), cancellationToken).ConfigureAwait(false);
        foreach (var plan in all.OrderBy(p => p.CreatedAt).Where(p => p.Kind is ClusterPlans.Initialisation || p.Kind.StartsWith("addon-", StringComparison.Ordinal)))
        {
            Read(plan, wanted);
        }

        return [.. wanted.Values];
    }

    public async Task<IReadOnlyList<AddonOffer>> ListOffersAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        var there = (await ListAsync(scope, clusterId, cancellationToken).ConfigureAwait(false)).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. catalog.Addons.Where(a => !there.Contains(a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal)
                .Select(a => new AddonOffer(a.Key, catalog.Releases[a.Key].Version, a.Value.Retired, a.Value.Excludes.FirstOrDefault(there.Contains))),
        ];
    }

    public async Task<AddonDiff> CompareAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, CancellationToken cancellationToken)
    {
        var cluster = await FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await RefuseAsync(scope, clusterId, kind, addon, cancellationToken).ConfigureAwait(false);
        var api = await connector.AsPortalAsync(new ClusterKey(scope.Region, scope.ProjectId, clusterId), cancellationToken).ConfigureAwait(false);
        var comparison = new AddonComparison(api, addon);
        var there = await AddonInstaller.LeftOverAsync(api, addon, [], cancellationToken).ConfigureAwait(false);
        var from = there.Select(o => o["metadata"]?["labels"]?["container-platform/version"]?.GetValue<string>()).FirstOrDefault(v => v is not null);
        if (kind is AddonChangeKind.Remove)
        {
            return new AddonDiff(addon, kind, from, null, await comparison.RemoveAsync(cancellationToken).ConfigureAwait(false));
        }

        var installation = await tools.InstallationAsync(api, new AddonChangeInputs(clusterId, cluster.Name, addon, []), cancellationToken).ConfigureAwait(false);
        var objects = await installation.IsProvidedAsync(cancellationToken).ConfigureAwait(false) ? [] : await comparison.ApplyAsync(installation.Objects, cancellationToken).ConfigureAwait(false);
        return new AddonDiff(addon, kind, from, catalog.Releases[addon].Version, objects);
    }

    public async Task<Plan> ChangeAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, IReadOnlyList<string> overwrite, CancellationToken cancellationToken)
    {
        var cluster = await FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        await RefuseAsync(scope, clusterId, kind, addon, cancellationToken).ConfigureAwait(false);
        var inputs = new AddonChangeInputs(clusterId, cluster.Name, addon, [.. overwrite]);
        var request = new PlanRequest(AddonChangeInputs.PlanKind(kind), ClusterPlans.Subject(clusterId), cluster.Name, JsonSerializer.SerializeToElement(inputs, JsonSerializerOptions.Web));
        var plan = await plans.StartAsync(scope, request, cancellationToken).ConfigureAwait(false);
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["addon"] = addon, ["plan"] = plan.Id };
        if (overwrite.Count > 0)
        {
            details["overwrite"] = string.Join(", ", overwrite);
        }

        await audit.WriteAsync(scope, "addon." + kind.ToString().ToLowerInvariant(), request.Subject, "ok", cancellationToken, details: details).ConfigureAwait(false);
        return plan;
    }

    private static void Read(Plan plan, Dictionary<string, WantedAddon> wanted)
    {
        var isRemoval = plan.Kind == AddonChangeInputs.PlanKind(AddonChangeKind.Remove);
        var isOpening = plan.Kind is ClusterPlans.Initialisation || plan.Kind == AddonChangeInputs.PlanKind(AddonChangeKind.Add);
        foreach (var step in plan.Steps.Where(s => s.Id.StartsWith(AddonStep.Prefix, StringComparison.Ordinal)))
        {
            var name = step.Id[AddonStep.Prefix.Length..];
            if ((isRemoval && plan.State is PlanState.Done) || (isOpening && plan.Kind is not ClusterPlans.Initialisation && plan.State is PlanState.Undone))
            {
                wanted.Remove(name);
            }
            else if (!(isRemoval && plan.IsEnded) && (plan.State is not PlanState.Undone || isOpening))
            {
                wanted[name] = new WantedAddon(name, plan, step, isRemoval);
            }
        }
    }

    private async Task<Cluster> FindAsync(Scope scope, string clusterId, CancellationToken cancellationToken)
    {
        scope.Demand(Capability.Write);
        return (await clusters.FindAsync(scope, clusterId, cancellationToken).ConfigureAwait(false))?.Cluster
            ?? throw new BackendException("magnum", "find cluster", BackendFailure.NotFound, null, System.Net.HttpStatusCode.NotFound);
    }

    private async Task RefuseAsync(Scope scope, string clusterId, AddonChangeKind kind, string addon, CancellationToken cancellationToken)
    {
        var wanted = await ListAsync(scope, clusterId, cancellationToken).ConfigureAwait(false);
        var there = wanted.Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
        var reason = !catalog.Addons.TryGetValue(addon, out var description) ? Reason.Of("addon.unknown", ("addon", addon))
            : kind is AddonChangeKind.Add && description.Excludes.FirstOrDefault(there.Contains) is { } other ? Reason.Of("preflight.addons-exclude", ("addon", addon), ("other", other))
            : kind is AddonChangeKind.Remove && description.ProvidedBy is not null ? Reason.Of("addon.not-removable", ("addon", addon))
            : kind is AddonChangeKind.Add && there.Contains(addon) ? Reason.Of("addon.there-already", ("addon", addon))
            : kind is not AddonChangeKind.Add && !there.Contains(addon) ? Reason.Of("addon.not-there", ("addon", addon))
            : null;
        if (reason is not null)
        {
            await audit.WriteAsync(scope, "addon." + kind.ToString().ToLowerInvariant(), ClusterPlans.Subject(clusterId), reason.Code, cancellationToken).ConfigureAwait(false);
            throw new ClusterActionException(reason);
        }
    }
}
