using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons;

/// <summary>Brings one add-on to its release: secrets, objects, what is left over, readiness, setup, checks. Looks, acts, verifies; run again at will.</summary>
internal sealed class AddonInstallation(AddonCatalog catalog, IKubernetesApi api, string addon, AddonParameters parameters, Func<string, CancellationToken, Task>? learn = null)
{
    /// <summary>Gets the add-on's description.</summary>
    public AddonDescription Description { get; } = catalog.Describe(addon, parameters);

    /// <summary>Gets its objects.</summary>
    public IReadOnlyList<JsonObject> Objects { get; } = catalog.Render(addon, parameters);

    /// <summary>Says whether the cluster brings the add-on itself.</summary>
    public async Task<bool> IsProvidedAsync(CancellationToken cancellationToken) =>
        Description.ProvidedBy is { } provided
        && await api.FindAsync(KubernetesResource.Of(provided.ApiVersion, provided.Kind), Description.Namespace, provided.Name, cancellationToken).ConfigureAwait(false) is { } live
        && AddonInstaller.Owner(live) != addon;

    /// <summary>Goes as far as possible; gives what it waits for, or null when it works.</summary>
    public async Task<Reason?> RunAsync(Func<ImmutableArray<MadeObject>, Task> made, CancellationToken cancellationToken, ApplyRules? rules = null)
    {
        if (await IsProvidedAsync(cancellationToken).ConfigureAwait(false))
        {
            return await AskAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var secret in Description.Secrets)
        {
            await GeneratedSecrets.EnsureAsync(api, addon, Description.Namespace, secret, cancellationToken).ConfigureAwait(false);
        }

        if (Description.Tells is { } tells && learn is not null)
        {
            await learn(await GeneratedSecrets.ReadAsync(api, Description.Namespace, tells, "token", cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        var applied = await AddonInstaller.ApplyAsync(api, Objects, made, cancellationToken, rules).ConfigureAwait(false);
        var waiting = applied.Objects.FirstOrDefault(o => !WorkloadReadiness.IsReady(o));
        if (applied.HasWritten || waiting is null)
        {
            await AddonInstaller.PruneAsync(api, addon, Objects, cancellationToken).ConfigureAwait(false);
        }

        return waiting is null
            ? await AskAsync(cancellationToken).ConfigureAwait(false)
            : await PodTrouble.LookAsync(api, waiting, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Reason?> AskAsync(CancellationToken cancellationToken)
    {
        foreach (var question in Description.Setup.Concat(Description.Checks))
        {
            var succeeds = question.Protocol is "dns"
                ? await PodDns.ResolvesAsync(api, Description.Namespace, question, cancellationToken).ConfigureAwait(false)
                : await PodHttp.SucceedsAsync(api, Description.Namespace, question, cancellationToken).ConfigureAwait(false);
            if (!succeeds)
            {
                return Reason.Of("addon.check-waits", ("path", question.Path));
            }
        }

        return await RightsCheck.LookAsync(api, Description.Denied, cancellationToken).ConfigureAwait(false);
    }
}
