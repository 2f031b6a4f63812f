using Microsoft.Extensions.Hosting;
using Portal.Core.Addons.Health;
using Portal.Core.Addons.Initialisation;
using Portal.Core.Backends;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Magnum;
using Portal.Core.Identity;
using Portal.Core.Kubernetes;
using Portal.Core.Provisioning;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>A cluster's authority is rotated over the sandbox, by the portal and by somebody else: either way the portal is let in again.</summary>
public sealed class RotationTests(RotationTests.BareCluster cluster) : IClassFixture<RotationTests.BareCluster>
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly KubernetesResource Nodes = KubernetesResource.Of("v1", "Node");

    /// <summary>No more than access: a rotation concerns nothing else.</summary>
    public sealed class BareCluster : PlatformCluster
    {
        /// <inheritdoc />
        protected override string Profile => "bare";
    }

    [Fact]
    public async Task Rotation_EndsWithACertificateOfTheNewAuthority()
    {
        var scope = await cluster.ScopeAsync();
        var before = await KeptAsync(scope);

        var started = await cluster.Get<IClusterService>().RotateAuthorityAsync(scope, cluster.ClusterId, None);
        var plan = await cluster.EndAsync(scope);

        Assert.Equal((started.Id, PlanState.Done), (plan.Id, plan.State));
        await AssertLetInAsync(scope, before);
    }

    [Fact]
    public async Task Rotation_BySomebodyElse_IsFollowed()
    {
        var scope = await cluster.ScopeAsync();
        var before = await KeptAsync(scope);
        var own = await OwnAsync(scope);
        await cluster.Get<IMagnumCertificates>().RotateAuthorityAsync(own, cluster.ClusterId, None);
        await Eventually.TrueAsync(async () => !await IsLetInAsync(scope), "the nodes have the new authority");

        await cluster.Get<AddonWatch>().LookAsync(None);
        await cluster.Get<IEnumerable<IHostedService>>().OfType<CertificateRenewal>().Single().LookAsync(None);

        await AssertLetInAsync(scope, before);
    }

    private async Task AssertLetInAsync(Scope scope, ClusterIdentity before)
    {
        var after = await KeptAsync(scope);
        Assert.NotEqual(before.AuthorityPem, after.AuthorityPem);
        Assert.Equal(await cluster.Get<IMagnumCertificates>().FindAuthorityAsync(await OwnAsync(scope), cluster.ClusterId, None), after.AuthorityPem);
        Assert.True(await IsLetInAsync(scope));
        var old = cluster.Get<IClusterConnector>().WithIdentity(Key(scope), before);
        await Assert.ThrowsAsync<BackendException>(() => old.ListAsync(Nodes, null, None));
    }

    private async Task<bool> IsLetInAsync(Scope scope)
    {
        try
        {
            var api = await cluster.Get<IClusterConnector>().AsPortalAsync(Key(scope), None);
            return (await api.ListAsync(Nodes, null, None)).Count > 0;
        }
        catch (BackendException)
        {
            return false;
        }
    }

    private async Task<ClusterIdentity> KeptAsync(Scope scope) => (await cluster.Get<IClusterAccessStore>().FindAsync(Key(scope), None))!;

    private Task<Scope> OwnAsync(Scope scope) => cluster.Get<IPlatformScope>().ForProjectAsync(scope.Region, scope.ProjectId, "test", null, None);

    private ClusterKey Key(Scope scope) => new(scope.Region, scope.ProjectId, cluster.ClusterId);
}
