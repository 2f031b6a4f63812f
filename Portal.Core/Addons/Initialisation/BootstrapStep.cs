using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Core.Backends;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;

namespace Portal.Core.Addons.Initialisation;

/// <summary>
/// Gives the portal an identity of its own in the cluster. A certificate as <c>system:masters</c>, whose key lives in
/// memory for this one attempt only, is used to bind it and is then thrown away.
/// </summary>
internal sealed class BootstrapStep(InitialisationTools tools, IClusterAuthority authority, IClusterAccessStore access) : InitialisationStep
{
    internal const string StepId = "cluster.bootstrap";
    internal const string PortalUser = "container-platform-portal";
    private const string BootstrapUser = "container-platform-bootstrap";
    private const string Masters = "system:masters";

    public override string Id => StepId;

    public override string Phase => "access";

    public override IReadOnlyList<string> DependsOn => [ReachApiStep.StepId];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var key = InitialisationTools.Key(context);
        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        var endpoint = await authority.FindAsync(scope, key.ClusterId, cancellationToken).ConfigureAwait(false);
        if (endpoint is null)
        {
            return StepResult.NotYet(Reason.Of("cluster.no-address"), TimeSpan.FromSeconds(5));
        }

        var made = Manifests().Select(AddonInstaller.Made).ToImmutableArray();
        if (await WorksAsync(key, endpoint, cancellationToken).ConfigureAwait(false))
        {
            await ReportAsync(context, "bootstrap.known", made, cancellationToken).ConfigureAwait(false);
            return StepResult.Done;
        }

        await ReportAsync(context, "bootstrap.binding", [], cancellationToken).ConfigureAwait(false);
        var masters = await IdentityAsync(scope, key, endpoint, BootstrapUser, Masters, cancellationToken).ConfigureAwait(false);
        var bootstrap = tools.Connector.WithIdentity(key, masters);
        foreach (var manifest in Manifests())
        {
            await bootstrap.ApplyAsync(manifest, cancellationToken, force: true).ConfigureAwait(false);
        }

        var own = await IdentityAsync(scope, key, endpoint, PortalUser, null, cancellationToken).ConfigureAwait(false);
        await access.KeepAsync(key, own, cancellationToken).ConfigureAwait(false);
        await ReportAsync(context, "bootstrap.bound", made, cancellationToken).ConfigureAwait(false);
        return StepResult.Done;
    }

    public override async Task UndoAsync(StepContext context, CancellationToken cancellationToken)
    {
        var key = InitialisationTools.Key(context);
        var scope = await tools.ScopeAsync(context, cancellationToken).ConfigureAwait(false);
        if (await authority.FindAsync(scope, key.ClusterId, cancellationToken).ConfigureAwait(false) is { } endpoint)
        {
            // As it was bound: whichever of the two the portal deleted first itself, it had no right left to delete the other.
            var masters = await IdentityAsync(scope, key, endpoint, BootstrapUser, Masters, cancellationToken).ConfigureAwait(false);
            await AddonInstaller.RemoveAsync(tools.Connector.WithIdentity(key, masters), Manifests(), cancellationToken).ConfigureAwait(false);
        }

        await access.ForgetAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an identity may do what only the binding gives.</summary>
    internal static async Task<bool> IsBoundAsync(IKubernetesApi own, CancellationToken cancellationToken) =>
        await own.CanAsync("impersonate", "", "groups", null, cancellationToken).ConfigureAwait(false)
        && await own.CanAsync("create", "authorization.k8s.io", "subjectaccessreviews", null, cancellationToken).ConfigureAwait(false);

    private IReadOnlyList<JsonObject> Manifests() => tools.Catalog.Render("identity", PlatformObjects.NoParameters);

    /// <summary>An identity from an earlier attempt is good when it is of this CA and may do what only the binding gives.</summary>
    private async Task<bool> WorksAsync(ClusterKey key, ClusterEndpoint endpoint, CancellationToken cancellationToken)
    {
        var kept = await access.FindAsync(key, cancellationToken).ConfigureAwait(false);
        if (kept is null || kept.AuthorityPem != endpoint.AuthorityPem || kept.ApiAddress != endpoint.ApiAddress)
        {
            return false;
        }

        try
        {
            return await IsBoundAsync(tools.Connector.WithIdentity(key, kept), cancellationToken).ConfigureAwait(false);
        }
        catch (BackendException e) when (e.Failure is BackendFailure.Forbidden)
        {
            return false;
        }
    }

    private async Task<ClusterIdentity> IdentityAsync(
        Scope scope, ClusterKey key, ClusterEndpoint endpoint, string user, string? group, CancellationToken cancellationToken)
    {
        using var certificate = new ClientCertificate();
        var signed = await authority.SignAsync(scope, key.ClusterId, certificate.RequestPem(user, group), cancellationToken).ConfigureAwait(false);
        return new ClusterIdentity(endpoint.ApiAddress, endpoint.AuthorityPem, signed, certificate.PrivateKeyPem);
    }
}
