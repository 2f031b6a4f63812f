using Microsoft.Extensions.Options;
using Portal.Core.Addons;

namespace Portal.Tests.Addons;

/// <summary>Strategies of balancing load: portable names, one adapter for each controller, and a sentence where a controller cannot; profiles of the site.</summary>
public sealed class IngressStrategyTests
{
    private static readonly AddonParameters Parameters = new() { Registry = "harbor.example.test/platform", Cluster = "shop-prod-1", StorageClass = "cinder" };

    [Theory]
    [InlineData("traefik", "sticky-cookie", "Service", "traefik.ingress.kubernetes.io/service.sticky.cookie", "true")]
    [InlineData("ingress-nginx", "sticky-cookie", "Ingress", "nginx.ingress.kubernetes.io/affinity", "cookie")]
    [InlineData("ingress-nginx", "client-ip", "Ingress", "nginx.ingress.kubernetes.io/upstream-hash-by", "$remote_addr")]
    public void Strategy_OfAController_IsOnIngressesOfTheClassAndServicesBehindThem(string controller, string strategy, string kind, string annotation, string value)
    {
        var objects = Catalog(controller, strategy).Render("kibana", Parameters);

        Assert.Equal(value, (string?)objects.Single(o => (string?)o["kind"] == kind)["metadata"]!["annotations"]![annotation]);
        Assert.All(objects.Where(o => (string?)o["kind"] != kind), o => Assert.Null(o["metadata"]!["annotations"]?[annotation]));
        Assert.All(Catalog(controller, "round-robin").Render("kibana", Parameters), o => Assert.Null(o["metadata"]!["annotations"]?[annotation]));
    }

    [Theory]
    [InlineData("round-robin", "round_robin", "Medium")]
    [InlineData("least-connections", "ewma", "Medium")]
    [InlineData("client-ip", "round_robin", "High")]
    public void Strategy_OfIngressNginx_IsInItsOwnConfiguration(string strategy, string balancer, string risk)
    {
        var map = Catalog("ingress-nginx", strategy).Render("ingress-nginx", Parameters).Single(o => (string?)o["kind"] == "ConfigMap");

        Assert.Equal((balancer, risk), ((string?)map["data"]!["load-balance"], (string?)map["data"]!["annotations-risk-level"]));
    }

    [Theory]
    [InlineData("traefik", "least-connections", "Portal:Addons:Parameters:traefik:strategy: traefik cannot do least-connections: it balances Services behind an Ingress by weighted round robin alone; it can round-robin, sticky-cookie.")]
    [InlineData("traefik", "client-ip", "Portal:Addons:Parameters:traefik:strategy: traefik cannot do client-ip: it balances Services behind an Ingress by weighted round robin alone; it can round-robin, sticky-cookie.")]
    [InlineData("ingress-nginx", "random", "Portal:Addons:Parameters:ingress-nginx:strategy: there is no strategy random; ingress-nginx can round-robin, least-connections, sticky-cookie, client-ip.")]
    public void Strategy_ThatAControllerCannot_IsRefusedAtItsOptionBeforeAnythingIsSent(string controller, string strategy, string sentence)
    {
        var site = new AddonsOptions();
        site.Parameters[controller] = new() { ["strategy"] = strategy };

        Assert.Equal([sentence], Check(site));
    }

    [Theory]
    [InlineData("cluster-dns, promtheus", "Portal:Addons:Profiles:own: there is no add-on promtheus; there are ")]
    [InlineData("traefik, ingress-nginx", "Portal:Addons:Profiles:own: ingress-nginx and traefik cannot be in the same cluster; leave one out.")]
    [InlineData("traefik, traefik", "Portal:Addons:Profiles:own has traefik twice.")]
    public void Profile_OfTheSiteThatCannotBe_IsRefusedAtStartByName(string addons, string sentence)
    {
        var site = new AddonsOptions();
        site.Profiles["own"] = addons;

        Assert.StartsWith(sentence, Assert.Single(Check(site)), StringComparison.Ordinal);
    }

    [Fact]
    public void Profiles_ShippedAndOfTheSite_AreFine()
    {
        var site = new AddonsOptions();
        site.Profiles["own"] = "cluster-dns, default-backend, ingress-nginx";

        Assert.Empty(Check(site));
    }

    private static AddonCatalog Catalog(string controller, string strategy)
    {
        var site = new AddonsOptions();
        site.Parameters[controller] = new() { ["strategy"] = strategy };
        return new AddonCatalog(site);
    }

    private static IEnumerable<string> Check(AddonsOptions site) => new AddonsOptionsCheck().Validate(Options.DefaultName, site).Failures ?? [];
}
