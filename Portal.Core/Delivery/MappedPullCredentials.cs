using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Mapping;
using Portal.Core.Provisioning;

namespace Portal.Core.Delivery;

/// <summary>The project's pull robot, made on first need by the mapping's own plan. A step that may start a plan gets the service late: plans know their steps.</summary>
internal sealed class MappedPullCredentials(Func<IMappingService> mapping) : IPullCredentials
{
    public async Task<(PullCredential? Credential, Reason? Missing)> GetAsync(Scope scope, string askedBy, CancellationToken cancellationToken)
    {
        var status = await mapping().EnsureAsync(scope, cancellationToken).ConfigureAwait(false);
        if (!status.IsReady)
        {
            return (null, Missing(status.Plan));
        }

        var credential = await mapping().GetPullCredentialAsync(scope, "for " + askedBy, cancellationToken).ConfigureAwait(false);
        return credential is null
            ? (null, Reason.Of("registry.no-credential"))
            : (new PullCredential(credential.Host, credential.UserName, credential.Password), null);
    }

    /// <summary>What stops the mapping stops this as well, so its reason is this one's.</summary>
    private static Reason Missing(Plan? plan) =>
        plan?.Steps.FirstOrDefault(s => s.State is StepState.NeedsSomeone or StepState.Failed)?.Reason ?? Reason.Of("registry.mapping-under-way");
}
