using Portal.Core.Addons.Life;
using Portal.Core.Clusters;
using Portal.Core.Kubernetes;
using Portal.Tests.Support;

namespace Portal.Tests.Addons;

/// <summary>A cluster whose way in is ingress-nginx, as in the talk, in place of Traefik.</summary>
public sealed class IngressNginxTests : PlatformCluster
{
    protected override string Profile => "talk";

    protected override int Nodes => 1;

    protected override string[] Options => ["--Portal:Addons:Profiles:talk=cluster-dns, default-backend, ingress-nginx", "--Portal:Addons:Parameters:ingress-nginx:strategy=client-ip"];

    [Fact]
    public async Task Cluster_WithIngressNginx_ServesIngressesAndItsCheckSeesWhenItDoesNot()
    {
        var service = KubernetesResource.Of("v1", "Service");
        Assert.Equal("k8s.io/ingress-nginx", (await ObjectAsync("networking.k8s.io/v1", "IngressClass", "", "platform"))["spec"]!["controller"]!.ToString());
        Assert.Null(await Api.FindAsync(service, "ingress", "traefik", CancellationToken.None));
        Assert.Equal("$remote_addr", (await ObjectAsync("networking.k8s.io/v1", "Ingress", "ingress", "default-backend"))["metadata"]!["annotations"]!["nginx.ingress.kubernetes.io/upstream-hash-by"]!.ToString());
        Assert.Null(await AgainAsync("ingress-nginx"));
        var scope = await ScopeAsync();
        var refused = await Assert.ThrowsAsync<ClusterActionException>(() => Get<IClusterAddons>().ChangeAsync(scope, ClusterId, AddonChangeKind.Add, "traefik", [], CancellationToken.None));
        Assert.Equal("preflight.addons-exclude", refused.WhyNot.Code);

        await Api.DeleteAsync(KubernetesResource.Of("networking.k8s.io/v1", "Ingress"), "ingress", "default-backend", CancellationToken.None);

        await Eventually.TrueAsync(async () => (await AgainAsync("ingress-nginx"))?.Code is "addon.check-waits", "the check sees that no Ingress is served");
    }
}
