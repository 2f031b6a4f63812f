using Microsoft.Playwright;

namespace Portal.Tests.Support;

/// <summary>Takes the pictures that a person looks at: PORTAL_LOOK names the folder; without it nothing happens.</summary>
[Trait("lane", "browser")]
public sealed class Look
{
    [SkippableTheory]
    [InlineData("clusters", "/p/p1/clusters")]
    [InlineData("plan", "/p/p1/plans/plan-c1")]
    [InlineData("overview", "/p/p1")]
    [InlineData("create", "/p/p1/clusters/create")]
    [InlineData("cluster", "/p/p1/clusters/c2")]
    [InlineData("access", "/p/p1/clusters/c5?tab=access")]
    [InlineData("events", "/p/p1/clusters/c2?tab=events")]
    [InlineData("delete", "/p/p1/clusters/c5?do=delete")]
    [InlineData("activity", "/p/p1/activity")]
    [InlineData("charts", "/p/p1/charts?cluster=c5")]
    [InlineData("charts-pod", "/p/p1/charts?cluster=c5&dashboard=pod&from=now-24h&to=now")]
    [InlineData("explore", "/p/p1/charts/explore?cluster=c5&expr=sum%20by%20(node)%20(rate(node_cpu_seconds_total[5m]))")]
    [InlineData("images", "/p/p1/images")]
    [InlineData("images-access", "/p/p1/images?tab=access")]
    [InlineData("repository", "/p/p1/images/team-shop/checkout")]
    [InlineData("artifact", "/p/p1/images/team-shop/checkout?artifact=sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Pages_BothThemesBothWidths_ArePictured(string name, string path)
    {
        var folder = Environment.GetEnvironmentVariable("PORTAL_LOOK");
        Skip.If(string.IsNullOrEmpty(folder), "PORTAL_LOOK names no folder.");
        await using var host = await UiHost.StartAsync();
        Fill(host);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
        foreach (var (width, theme) in new[] { (1440, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = theme });
            page.Console += (_, message) => Console.WriteLine(message.Text);
            await page.GotoAsync(host.Url + path);
            await page.WaitForSelectorAsync("h1");
            await page.WaitForTimeoutAsync(1500);
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder!, $"{name}-{width}-{theme}.png"), FullPage = true });
            await page.CloseAsync();
        }
    }

    /// <summary>Puts the design's shop into the host.</summary>
    internal static void Fill(UiHost host)
    {
        host.Clusters.Rows.AddRange(Fakes.ShopWorld.Rows().Select(r => r.Cluster.Id == "c2" ? r with { Cluster = r.Cluster with { Status = Core.Clusters.ClusterStatus.CreateFailed, StatusText = "CREATE_FAILED" } } : r));
        host.Plans.Plans.Add(Fakes.ShopPlan.Initialisation());
        host.Offer.Explanation = new(
            "quota", Core.Provisioning.Reason.Of("cluster.why.quota", ("resource", "floatingip")), Core.Provisioning.Actor.Platform, "OverQuotaClient: resources.api_lb.resources.floating_ip: Quota exceeded for resources: ['floatingip'].", null);
        host.Offer.Events.AddRange([new("e1", DateTimeOffset.UtcNow.AddMinutes(-13), "api_lb", "", "CREATE_FAILED", "Quota exceeded for resources"), new("e2", DateTimeOffset.UtcNow.AddMinutes(-15), "kube_masters", "", "CREATE_IN_PROGRESS", "state changed")]);
        host.Offer.Failed.Add(new("floating_ip", "", "OS::Neutron::FloatingIP", "CREATE_FAILED", "OverQuotaClient: Quota exceeded for resources: ['floatingip']", null, "shop-stage-3-api_lb"));
        host.Audit.Entries.AddRange([Entry("cluster.create", "cluster/c1", "ok"), Entry("kubeconfig.create", "cluster/c5", "ok"), Entry("cluster.delete", "cluster/c5", "forbidden")]);
        host.Access.Accounts.Add(new("person-u2", "u2", "shop-dev-1", DateTimeOffset.UtcNow.AddHours(-3)));
    }

    private static Core.Audit.AuditEntry Entry(string action, string subject, string result) => new()
    {
        At = DateTimeOffset.UtcNow.AddMinutes(-20),
        UserId = "u1",
        UserName = "shop-lead",
        ProjectId = "p1",
        Action = action,
        Subject = subject,
        Result = result,
        RequestIds = ["req-0f3c9b1e-0c8e-4b0a-9f5e-7f0c2f3a1b2c"],
    };
}
