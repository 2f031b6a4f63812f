using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Portal.Core.Backends;
using Portal.Core.Clusters.Watching;
using Portal.Sandbox.Hosting;
using Portal.Tests.Support;

namespace Portal.Tests.Bench;

/// <summary>The list of clusters with 10, 100 and 1,000 of them: from the click (warm) or the address in a browser that knows nothing (cold) to its first row, with bytes and requests.</summary>
internal sealed partial class ListBench(PortalHost host, IBrowser chromium, int runs)
{
    private const string Clusters = "Clusters";
    private readonly BenchTable table = new("List of clusters");

    public static async Task RunAsync(int runs)
    {
        await using var host = await PortalHost.StartAsync(sandbox: new SandboxOptions { Pace = 1 });
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await Support.Chromium.LaunchAsync(playwright);
        var bench = new ListBench(host, chromium, runs);
        var state = await bench.SignInAsync();
        using var magnum = await bench.MagnumAsync();
        var made = 0;
        foreach (var count in new[] { 10, 100, 1000 })
        {
            while (made < count)
            {
                await bench.CreateAsync(magnum, made++);
            }

            await bench.MeasureAsync(state, count);
        }

        bench.table.Print();
    }

    private async Task<(string State, string Home)> SignInAsync()
    {
        var context = await chromium.NewContextAsync(new() { BaseURL = host.Url });
        var page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.Locator("input[name=login]").FillAsync("luca");
        await page.Locator("input[name=password]").FillAsync("labpass");
        await page.Locator("input[name=password]").PressAsync("Enter");
        await HeadingAsync(page, "team-shop");
        var home = new Uri(page.Url).AbsolutePath;
        var state = await context.StorageStateAsync();
        await context.CloseAsync();
        return (state, home);
    }

    // As the cloud's administrator would: a quota of 2,000 clusters, and clusters that stay in progress, so that no other server is needed for them.
    private async Task<HttpClient> MagnumAsync()
    {
        host.Sandbox.Context.Switch("hold_clusters", true);
        var http = new HttpClient { BaseAddress = new Uri(host.Sandbox.Context.Address("magnum") + "/") };
        var shop = await SignInAsync(http, "portal", "team-shop", "tenants");
        await SignInAsync(http, "admin", "admin", "Default");
        http.DefaultRequestHeaders.Add("OpenStack-API-Version", "container-infra 1.10");
        using (var quota = await http.PostAsJsonAsync("v1/quotas", new JsonObject { ["project_id"] = shop, ["resource"] = "Cluster", ["hard_limit"] = 2000 }))
        {
            quota.EnsureSuccessStatusCode();
        }

        await SignInAsync(http, "portal", "team-shop", "tenants");
        return http;
    }

    private async Task<string> SignInAsync(HttpClient http, string user, string project, string domain)
    {
        var login = new JsonObject
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject
                {
                    ["methods"] = new JsonArray("password"),
                    ["password"] = new JsonObject { ["user"] = new JsonObject { ["name"] = user, ["domain"] = new JsonObject { ["name"] = "Default" }, ["password"] = host.Sandbox.Context.Options.Password } },
                },
                ["scope"] = new JsonObject { ["project"] = new JsonObject { ["name"] = project, ["domain"] = new JsonObject { ["name"] = domain } } },
            },
        };
        using var answer = await http.PostAsJsonAsync(host.Sandbox.Context.Address("keystone") + "/v3/auth/tokens", login);
        answer.EnsureSuccessStatusCode();
        http.DefaultRequestHeaders.Remove("X-Auth-Token");
        http.DefaultRequestHeaders.Add("X-Auth-Token", answer.Headers.GetValues("X-Subject-Token").Single());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!["project"]!["id"]!.GetValue<string>();
    }

    private async Task CreateAsync(HttpClient http, int n)
    {
        var templates = await http.GetFromJsonAsync<JsonObject>("v1/clustertemplates");
        using var made = await http.PostAsJsonAsync("v1/clusters", new JsonObject
        {
            ["name"] = $"a-bench-{n:0000}",
            ["cluster_template_id"] = templates!["clustertemplates"]![0]!["uuid"]!.GetValue<string>(),
            ["node_count"] = 1,
        });
        if (!made.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await made.Content.ReadAsStringAsync());
        }
    }

    private async Task MeasureAsync((string State, string Home) signedIn, int count)
    {
        using var wire = new CountingWire(host.Url);
        var requests = 0;
        IBrowserContext? context = null;
        IPage? page = null;
        string Wire() => FormattableString.Invariant($"{wire.Bytes / 1024.0:0} KB over the wire, {requests} requests in the last run");
        async Task FreshAsync()
        {
            await (context?.CloseAsync() ?? Task.CompletedTask);
            context = await chromium.NewContextAsync(new() { BaseURL = wire.Url, StorageState = signedIn.State });
            page = await context.NewPageAsync();
            page.Request += (_, _) => Interlocked.Increment(ref requests);
            wire.Reset();
            requests = 0;
        }

        Task OpenAsync() => page!.GotoAsync(signedIn.Home + "/clusters");
        await FreshAsync();
        await OpenAsync();
        var board = host.Get<ClusterPoller>().Board(new CloudRegion("sandbox", "RegionOne"));
        await Eventually.TrueAsync(() => Task.FromResult(board.Rows(signedIn.Home.Split('/')[2]).Length >= count), "the portal has heard of them", within: TimeSpan.FromMinutes(3));
        await RowsAsync(page!);
        var cold = await BenchTable.TimesAsync(
            runs,
            async () =>
            {
                await OpenAsync();
                await RowsAsync(page!);
            },
            FreshAsync);
        table.Add($"{count} clusters, cold", cold, Wire());
        var warm = await BenchTable.TimesAsync(
            runs,
            async () =>
            {
                await page!.GetByRole(AriaRole.Link, new() { Name = Clusters, Exact = true }).First.ClickAsync();
                await RowsAsync(page);
            },
            async () =>
            {
                await page!.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).First.ClickAsync();
                await HeadingAsync(page, "team-shop");
                wire.Reset();
                requests = 0;
            });
        table.Add($"{count} clusters, warm", warm, Wire());
        await context!.CloseAsync();
    }

    private static async Task RowsAsync(IPage page)
    {
        await HeadingAsync(page, Clusters);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = BenchCluster() }).First.WaitForAsync(new() { Timeout = 60_000 });
    }

    [GeneratedRegex("^a-bench-")]
    private static partial Regex BenchCluster();

    private static Task HeadingAsync(IPage page, string name) => page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true, Level = 1 }).WaitForAsync(new() { Timeout = 120_000 });
}
